"""The kernel's pure rules: numbers, words, names, dates, letters, as Vietnamese offices write."""
