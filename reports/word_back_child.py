"""The process that reads a Word file from outside, within the limits of trainingplan.reading, and its caller."""

from reports.word_back_file import BROKEN, FileRefused, WordFile, WordParagraph, read_word
from trainingplan.reading.book import Unreadable
from trainingplan.reading.child import serve
from trainingplan.reading.process import run


def read_word_apart(content: bytes) -> WordFile:
    """As read_word, in a process of its own. Raises FileRefused."""
    try:
        paragraphs, inserted, deleted, comments = run("reports.word_back_child", content, dead=BROKEN)
    except Unreadable as refusal:
        raise FileRefused(str(refusal)) from refusal
    return WordFile(tuple(WordParagraph(text, numbered) for text, numbered in paragraphs), inserted, deleted, comments)


def plain_word(content: bytes) -> list[object]:
    """What read_word gives, as JSON takes it."""
    try:
        file = read_word(content)
    except FileRefused as refusal:
        raise Unreadable(str(refusal)) from refusal
    return [[(one.text, one.numbered) for one in file.paragraphs], file.inserted, file.deleted, file.comments]


if __name__ == "__main__":
    serve(plain_word)
