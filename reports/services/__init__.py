"""Writing services of the reading side: the text of the plan, its versions and amendments."""
