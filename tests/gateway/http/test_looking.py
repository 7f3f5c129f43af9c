"""The page of a link: in the reader's language and form of dates, without scripts, and whole in a real browser."""

import asyncio
import re
import shutil
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from core.records.links.view import CustomerState, CustomerView, SeenDelay, SeenSite, SeenStep
from gateway.http.looking.languages import all_phrases, language_for, tags_wanted
from gateway.http.looking.page import document, page, style

BROWSER = shutil.which("chromium") or shutil.which("chromium-headless-shell")
ASKED = datetime(2026, 11, 20, 2, 5, tzinfo=UTC)
THEN = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"
VIEW = CustomerView(
    service="Bicycle repair",
    state=CustomerState.IN_PROGRESS,
    opened_at=ASKED,
    resolved_at=None,
    current_steps=[SeenStep(title="In the workshop", at=ASKED)],
    next_step=SeenStep(title="Handed over"),
    promised_at=THEN,
    delays=[
        SeenDelay(
            announced_at=ASKED, until=THEN, reason_code="part_missing", reason=HOSTILE, alternative="x" * 300, step=None
        )
    ],
    done_steps=[SeenStep(title="Taken in", at=ASKED)],
    site=SeenSite(organisation="Pedal & Sons", name="Harbour", address=["Pier 7"], time_zone="Asia/Shanghai"),
)


GROUND = bytes.fromhex("f4f6f8")
"""What the style sheet paints behind everything."""


def first_pixel(picture: bytes) -> bytes:
    """The colour of the upper left corner of a PNG: whatever the filter of its first row, that pixel stands there."""
    at, packed = 8, b""
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        packed += picture[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return zlib.decompress(packed)[1:4]


def names_in(said: Any) -> Any:
    return {key: names_in(one) for key, one in said.items()} if isinstance(said, dict) else None  # type: ignore[misc]


def test_every_language_says_the_same_things() -> None:
    usual = all_phrases()["en"]
    assert set(usual["states"]) == {state.value for state in CustomerState}
    for said in all_phrases().values():
        assert names_in(said) == names_in(usual)
        assert [key for key, one in said.items() if "{}" in one] == [key for key, one in usual.items() if "{}" in one]


@pytest.mark.parametrize(
    ("asked", "usual", "tag", "then"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "en", "de", "Dienstag, 24. November 2026, 00:30"),
        ("fr-FR, zh-CN;q=0.5", "en", "zh-Hans", "2026年11月24日星期二 00:30"),
        ("en-GB", "de", "en", "Tuesday, 24 November 2026, 00:30"),
        ("fr", "zh-Hans", "zh-Hans", "2026年11月24日星期二 00:30"),
        ("x" * 9_000, "pt-BR", "en", "Tuesday, November 24, 2026, 12:30\u202fAM"),
        (";q=,,en;q=x,de;q=0", "", "en", "Tuesday, November 24, 2026, 12:30\u202fAM"),
    ],
)
def test_a_reader_gets_the_own_language_and_the_sites_time(asked: str, usual: str, tag: str, then: str) -> None:
    told = page(language_for(tags_wanted(asked), usual), VIEW)
    assert f'<html lang="{tag}">' in told
    assert then in unescape(told)
    assert document(VIEW)["promisedAt"] == "2026-11-24T00:30:00+08:00"


def test_nothing_runs_in_the_page_and_it_fetches_nothing() -> None:
    told = page(language_for((), "en"), VIEW)
    assert "<script" not in told
    assert "&lt;script&gt;" in told
    tags = " ".join(re.findall(r"<[^>]*>", told))
    assert not re.search(r"\s(?:src|href|action|style|on\w+)\s*=|://", tags)
    assert f"<style>{style().text}</style>" in told
    assert "'unsafe" not in style().policy


async def shown_by_browser(folder: Path, told: str) -> tuple[str, bytes]:
    """The page as a browser has it under its policy, on a narrow screen, and a picture of that."""
    assert BROWSER is not None
    file, picture = folder / "page.html", folder / "page.png"
    policy = f'<meta http-equiv="Content-Security-Policy" content="{style().policy}">'
    file.write_text(told.replace('<meta charset="utf-8">', f'<meta charset="utf-8">{policy}'))
    command = [
        BROWSER,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--no-zygote",
        "--disable-extensions",
        "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}",
        "--window-size=500,900",
        f"--screenshot={picture}",
        "--dump-dom",
        file.as_uri(),
    ]
    started = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(90):
            said, _ = await started.communicate()
    finally:
        if started.returncode is None:
            started.kill()
    return said.decode(), picture.read_bytes()


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
async def test_a_browser_shows_the_page_and_runs_nothing_of_what_was_said(tmp_path: Path) -> None:
    told = page(language_for(("en-GB",), "en"), VIEW)
    dom, picture = await shown_by_browser(tmp_path, told)
    assert "<title>Your request</title>" in dom
    assert "Handed over" in dom
    assert "<img" not in dom
    assert first_pixel(picture) == GROUND, "the style sheet was not let through by the page's own policy"


def test_what_is_withheld_or_unknown_leaves_a_page() -> None:
    withheld = replace(VIEW.delays[0], reason=None, alternative=None)
    bare = replace(
        VIEW, delays=[withheld], next_step=None, current_steps=[], done_steps=[], promised_at=None,
        site=SeenSite(organisation="", name=None, address=(), time_zone="UTC"),
    )  # fmt: skip
    told = page(language_for((), "en"), bare)
    for phrase in ("withheld", "no_promise", "no_steps"):
        assert all_phrases()["en"][phrase] in unescape(told)
