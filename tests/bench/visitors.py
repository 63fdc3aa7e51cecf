"""What people do during a load: save a cell, read a page, sign in, send a registration. See `arrivals.Act`."""

import asyncio
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from tests.bench.arrivals import Act, Visitor, redirected

FORM = "application/x-www-form-urlencoded"
MOST = 40
"""The numbers typed are 1 to so many; the quotas of the cells allow them."""


@dataclass(frozen=True, slots=True)
class OwnCell:
    """A cell that only one person writes, and the page on which it stands."""

    page: str
    unit: int
    quota: int


@dataclass(slots=True)
class Writer:
    """Somebody with a cell, the version seen last, and every number that was acknowledged, in order."""

    visitor: Visitor
    cell: OwnCell
    version: int = 0
    number: int = 0
    acknowledged: list[int] = field(default_factory=list)
    unsure: set[int] = field(default_factory=set)
    """Numbers sent of which nothing was heard: they may stand."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def save(self) -> str:
        """Save the next number through the product, when one's save before has been answered."""
        async with self.turn:
            number = self.number % MOST + 1
            sent = {"unit": self.cell.unit, "quota": self.cell.quota, "value": str(number), "version": self.version}
            self.unsure.add(number)
            told = json.dumps({"key": str(uuid4()), "cells": [sent]})
            answer = await self.visitor.ask("POST", f"{self.cell.page}o/", told)
            if answer.status != http.client.OK:
                return str(answer)
            self.unsure.discard(number)
            (cell,) = json.loads(answer.body)["cells"]
            self.version, self.number = cell["version"], number
            if cell["outcome"] != "saved":
                return str(answer)
            self.acknowledged.append(number)
            return ""

    async def save_barely(self) -> str:
        """Save the next number through the bare view."""
        async with self.turn:
            number = self.number % MOST + 1
            sent = {"unit": self.cell.unit, "quota": self.cell.quota, "value": number, "version": self.version}
            answer = await self.visitor.ask("POST", "/", json.dumps(sent))
            if answer.status != http.client.OK or json.loads(answer.body)["updated"] != 1:
                return str(answer)
            self.version, self.number = self.version + 1, number
            return ""


def reading(visitor: Visitor, address: str) -> Act:
    """Look at a page."""

    async def read() -> str:
        answer = await visitor.ask("GET", address)
        return "" if answer.status == http.client.OK else f"{address} {answer}"

    return read


def going(visitors: Sequence[tuple[Visitor, str]]) -> list[Act]:
    """Each looks at a page of his own."""
    return [reading(visitor, address) for visitor, address in visitors]


def sending(visitor: Visitor, page: str, sent: list[str]) -> Act:
    """Press «Gửi», confirm, and be led back to the page; those whose form was taken are noted by their page."""

    async def send() -> str:
        asked = await visitor.ask("GET", f"{page}gui/")
        answer = await visitor.ask("POST", f"{page}gui/", "", FORM)
        if asked.status != http.client.OK or redirected(answer) != page:
            return f"{asked.status}, {answer}"
        sent.append(page)
        return await reading(visitor, page)()

    return send


def signing_in(port: int, name: str, password: str) -> Act:
    """Open the page, sign in, and be led to the tasks of the newest plan."""

    async def sign_in() -> str:
        visitor = Visitor(port, {})
        asked = await visitor.ask("GET", "/dang-nhap/")
        fields = {"username": name, "password": password, "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
        answer = await visitor.ask("POST", "/dang-nhap/", urlencode(fields), FORM)
        if asked.status != http.client.OK or not (home := redirected(answer)):
            return f"{asked.status}, {answer}"
        answer = await visitor.ask("GET", home)
        return await reading(visitor, redirected(answer))() if redirected(answer) else str(answer)

    return sign_in
