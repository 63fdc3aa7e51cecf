"""Called by script/screenshots: `screenshots.py ADDRESS FOLDER_OF_PDF_PAGES TARGET`."""

import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

LAPTOP, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PICTURES = [
    ("binhson", LAPTOP, "2024/dang-ky/huyen-uy-binh-son/", "dang-ky"),
    ("binhson", PHONE, "2024/dang-ky/huyen-uy-binh-son/", "dang-ky-dien-thoai"),
    ("btc", LAPTOP, "2024/viec-cua-toi/", "viec-cua-toi"),
    ("btc", LAPTOP, "2024/tong-quan/", "tong-quan"),
    ("btc", LAPTOP, "2024/tien-do/", "tien-do"),
    ("btc", LAPTOP, "2024/phan-bo/1/", "phan-bo"),
    ("btc", LAPTOP, "2024/phan-bo/1/de-xuat/", "de-xuat"),
    ("btc", LAPTOP, "2024/danh-sach/3/", "danh-sach"),
    ("thuongtruc", LAPTOP, "2024/duyet-phan-bo/", "duyet-phan-bo"),
    ("btc", LAPTOP, "2024/phu-luc/1/", "phu-luc"),
    ("btc", LAPTOP, "2024/ke-hoach/", "ke-hoach"),
    ("btc", LAPTOP, "2024/ke-hoach/soan-thao/cao-cap-ly-luan-chinh-tri/", "soan-thao"),
    ("btc", LAPTOP, "2024/soat-so-lieu/", "soat-so-lieu"),
    ("taichinh", LAPTOP, "2024/kinh-phi/", "kinh-phi"),
    ("btc", LAPTOP, "quan-tri/", "quan-tri"),
    ("thuongtruc", PHONE, "2024/tong-quan/", "tong-quan-dien-thoai"),
]


def save_small(picture: Image.Image, target: Path) -> None:
    """64 colours are enough for a page; the file stays below some 60 kB."""
    picture.convert("RGB").quantize(64).save(target, optimize=True)


def take(browser: Browser, address: str, *, login: str, size: ViewportSize, path: str, target: Path) -> None:
    page = browser.new_page(viewport=size, locale="vi-VN")
    page.goto(f"{address}/dang-nhap/?next=/{path}")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(os.environ["DEMO_PASSWORD"])
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=target)
    page.close()
    save_small(Image.open(target), target)


def main(address: str, pages: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=ARGUMENTS)
        for login, size, path, name in PICTURES:
            take(browser, address, login=login, size=size, path=path, target=target / f"{name}.png")
        browser.close()
    for page in sorted(pages.glob("phu-luc-*.png")):
        save_small(Image.open(page), target / page.name)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
