"""Pasting as a spreadsheet does: the text arrives in a paste event at the focused cell."""

from playwright.sync_api import Locator, Page

PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""

COPY = """() => {
  const clipboardData = new DataTransfer();
  document.activeElement.dispatchEvent(new ClipboardEvent("copy", {clipboardData, bubbles: true, cancelable: true}));
  return clipboardData.getData("text/plain");
}"""


def paste(page: Page, text: str) -> None:
    page.evaluate(PASTE, text)


def preview(page: Page, text: str) -> Locator:
    """Paste a block; the dialog that shows what it would do."""
    paste(page, text)
    return page.get_by_role("dialog")


def paste_block(page: Page, text: str) -> None:
    """Paste a block and take what the dialog offers first: all of it."""
    preview(page, text).locator(".button-main").click()


def copied(page: Page) -> str:
    return str(page.evaluate(COPY))
