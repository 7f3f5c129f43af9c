"""The report is one page that fetches nothing, tells the figures, and shows names as text whatever they are."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

from core.kernel.directory import TenantFacts
from core.kernel.ids import new_id
from core.quality.dashboard import Dashboard, Performance, TenantPerformance
from core.quality.policy import DimensionScore, Figures, total
from core.quality.repository import Period
from core.quality.sums import Limits
from core.reporting.charts import moving_share
from core.reporting.quality_report import duration, render_quality_report

MADE = datetime(2026, 11, 21, 12, tzinfo=UTC)
NASTY = '<script>alert("x")</script>&'


def tenant(key: str, records: int, kept: int) -> TenantPerformance:
    figures = Figures(
        records=records, resolved=records, within_published=kept, within_effective=kept, steps=records * 3
    )
    facts = TenantFacts(
        id=new_id(),
        network_id=new_id(),
        key=key,
        name=key,
        kind="franchisee",
        locale="en",
        time_zone="UTC",
        currency="EUR",
        active=True,
    )
    score = DimensionScore(rule="plugin/rule", dimension="time_limits", scored=records, basis_points=records * 9_000)
    limits = Limits(published_limit_seconds=172_800, effective_limit_seconds=129_600)
    return TenantPerformance(
        tenant=facts, limits=limits, performance=Performance(figures=figures, median_seconds=21_696, scores=[score])
    )


def dashboard(*tenants: TenantPerformance) -> Dashboard:
    figures = total(one.performance.figures for one in tenants)
    scores: Sequence[DimensionScore] = tenants[0].performance.scores if tenants else ()
    days = [(date(2012, 5, 1) + timedelta(days=number), figures) for number in range(10)] if tenants else []
    return Dashboard(
        period=Period(standard_code="incident-handling"),
        whole=Performance(figures=figures, median_seconds=21_696 if tenants else None, scores=scores),
        tenants=tenants,
        days=days,
    )


def test_the_page_tells_the_figures_and_fetches_nothing() -> None:
    page = render_quality_report(dashboard(tenant("se", 200, 150), tenant("cl", 3, 1)), title="Demo", made_at=MADE)
    assert "<b>203</b><span>records</span>" in page
    assert "74.4% of 203 resolved records" in page
    assert "75.0%" in page
    assert "36 h" in page
    assert "6.03 h" in page
    assert "cl *" in page
    assert page.count("<svg") == 4
    links = set(re.findall(r"""(?:src|href)\s*=\s*["']([^"'#][^"']*)""", page))
    assert not links
    assert "<script" not in page


def test_every_chart_is_well_formed() -> None:
    page = render_quality_report(dashboard(tenant("se", 200, 150)), title="Demo", made_at=MADE)
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 4
    assert all(ET.fromstring(chart).tag.endswith("svg") for chart in charts)  # noqa: S314 - our own text


def test_names_are_shown_as_text_whatever_they_are() -> None:
    one = tenant("se", 200, 150)
    nasty = replace(one, tenant=replace(one.tenant, key=NASTY, name=NASTY))
    page = render_quality_report(dashboard(nasty), title=NASTY, made_at=MADE, source=NASTY)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_period_without_records_is_a_page_too() -> None:
    page = render_quality_report(dashboard(), title="Empty", made_at=MADE)
    assert "No record of this period is resolved yet." in page


def test_a_moving_share_counts_records_and_not_days() -> None:
    days = [(1, 1), (0, 9), (0, 0), (5, 5)]
    assert moving_share(days, window=2) == [100.0, 10.0, 0.0, 100.0]
    assert moving_share([(0, 0)]) == [None]


def test_durations_read_as_people_write_them() -> None:
    assert [duration(seconds) for seconds in (None, 90, 3_600, 21_696, 172_800)] == [
        "-",
        "1.5 min",
        "1 h",
        "6.03 h",
        "48 h",
    ]
