"""A small model of a network with one standard: the oracle of the whole life, with no line of the product in it.

Every parameter has a name that is never given again, so wherever clauses are moved the model knows where it stands.
A value for the phone alone has a name of its own, after that of its parameter: ``limit/phone``. All values are whole
numbers; what is laid, is laid from now on. ``limit`` may only be made lower. Beside them stands one text per language.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

HQ, WEST, NORTH, SOUTH = "hq", "west", "north", "south"
TENANTS: tuple[str, ...] = (HQ, WEST, NORTH, SOUTH)
PATHS: dict[str, tuple[str, ...]] = {HQ: (), WEST: (WEST,), NORTH: (WEST, NORTH), SOUTH: (WEST, SOUTH)}
DIRECTED = "limit"
GREETING, ASKED_FOR = "greeting", ("de-AT", "de", "en")
"""A clause that says nothing but a text, and the languages it is shown in, the most wanted first."""
REMINDED = (timedelta(days=30), timedelta(days=7))
"""How long before the end of a waiver its tenant is reminded."""
LONGEST, MOST_RENEWALS = timedelta(days=366), 2
LOCKED, EXCEEDED, WIDENED = "standards.clause_is_locked", "standards.bound_exceeded", "standards.bound_widened"
UNKNOWN = "standards.unknown_parameter"


def parameter(name: str) -> str:
    """The parameter that a value is of."""
    return name.split("/", maxsplit=1)[0]


def situation(name: str) -> dict[str, str]:
    """The contexts that a value is for; all where nothing is said."""
    return {"channel": name.split("/")[1]} if "/" in name else {}


def variant(name: str) -> str:
    """The same as it is shown."""
    return "&".join(f"{key}={said}" for key, said in situation(name).items())


@dataclass(frozen=True, slots=True)
class Term:
    """What a version says of one parameter: where it stands, its value, its bounds, whether it may be adapted."""

    clause: str
    default: int
    lowest: int
    highest: int
    free: bool = True


Terms = dict[str, Term]


@dataclass(slots=True)
class Issue:
    """One version on its way from draft to withdrawal."""

    number: str
    terms: Terms
    author: str
    status: str = "DRAFT"
    editors: set[str] = field(default_factory=set[str])
    starts: datetime | None = None
    moved: bool = False
    reshaped: bool = False
    rollout: "Rollout | None" = None


@dataclass(slots=True)
class Wave:
    """One wave; ``began`` is empty until it has begun, and again once it is rolled back."""

    name: str
    tenants: frozenset[str]
    gate: str
    began: datetime | None = None
    rolled_back: bool = False
    passed: bool = False


@dataclass(slots=True)
class Rollout:
    """How a version reaches the units; all waves are enforced at once when they begin."""

    waves: list[Wave]
    status: str = "PLANNED"
    adopted: set[str] = field(default_factory=set[str])

    def wave_of(self, tenant: str) -> Wave:
        return next(one for one in self.waves if tenant in one.tenants)

    def holds(self, tenant: str) -> bool:
        wave = self.wave_of(tenant)
        return (wave.began is not None and not wave.rolled_back) or tenant in self.adopted

    def settle(self) -> None:
        """It is over once every wave has begun."""
        if self.status == "RUNNING" and all(one.began is not None and not one.rolled_back for one in self.waves):
            self.status = "FINISHED"


@dataclass(slots=True)
class Laid:
    """One adaptation, or what is left of one: a value, or a narrowing as a pair."""

    tenant: str
    name: str
    clause: str
    said: "int | tuple[int, int]"
    starts: datetime
    ends: datetime | None
    base: str
    waits: str = ""
    kept: str = ""

    @property
    def narrows(self) -> bool:
        return isinstance(self.said, tuple)

    def holds(self, at: datetime) -> bool:
        return self.starts <= at and (self.ends is None or at < self.ends)

    def alive(self, at: datetime) -> bool:
        return self.ends is None or at < self.ends

    def meets(self, other: "Laid") -> bool:
        return self.alive(other.starts) and other.alive(self.starts)


@dataclass(slots=True)
class Waiver:
    """What a unit was let off, wherever the parameter stands; ``renewal`` is the end that is asked for anew."""

    tenant: str
    name: str
    value: int
    granter: str
    asker: str
    until: datetime
    status: str = "ASKED"
    since: datetime | None = None
    renewal: datetime | None = None
    renewals: int = 0
    hands: set[str] = field(default_factory=set[str])
    events: list[tuple[str, int]] = field(default_factory=lambda: [("ASKED", 0)])
    reminded: bool = False
    reminds: datetime | None = None

    @property
    def lives(self) -> bool:
        return self.status in {"ASKED", "GRANTED"}

    @property
    def round(self) -> int:
        return max(number for _, number in self.events)

    @property
    def asked(self) -> str:
        """Where it stands in the list of whoever was asked."""
        return "ASKED" if self.renewal is not None else self.status

    def holds(self, at: datetime) -> bool:
        return self.status == "GRANTED" and self.since is not None and self.since <= at < self.until

    def happened(self, kind: str) -> None:
        self.events.append((kind, self.round))

    def renew(self, until: datetime, asker: str) -> None:
        self.renewal = until
        self.hands.add(asker.split("@", maxsplit=1)[0])
        self.events.append(("ASKED", self.round + 1))

    def grant(self, now: datetime) -> None:
        """Hold from now on, or on from where it ends."""
        if self.renewal is None or self.until <= now:
            self.since = now
        if self.renewal is not None:
            self.until, self.renewal, self.renewals = self.renewal, None, self.renewals + 1
        self.status, self.reminded = "GRANTED", False
        self.reminds = self.next_reminder(now)
        self.happened("GRANTED")

    def reject(self) -> None:
        self.status = self.status if self.renewal is not None else "REJECTED"
        self.renewal = None
        self.happened("REJECTED")

    def stop(self, status: str) -> None:
        self.status, self.reminded, self.renewal = status, False, None
        self.happened(status)

    def next_reminder(self, after: datetime) -> datetime | None:
        return min((self.until - days for days in REMINDED if self.until - days > after), default=None)

    def settle(self, now: datetime) -> None:
        """Record the end, and remind of it."""
        if self.status == "GRANTED" and self.until <= now:
            self.status, self.reminded = "EXPIRED", False
            self.happened("EXPIRED")
        if self.status == "GRANTED" and self.reminds is not None and self.reminds <= now:
            self.reminded, self.reminds = True, self.next_reminder(now)


@dataclass(frozen=True, slots=True)
class Slot:
    """A value as a level receives it."""

    value: int
    lowest: int
    highest: int
    free: bool

    def top(self, name: str) -> int:
        return min(self.highest, self.value) if parameter(name) == DIRECTED else self.highest

    def bars(self, name: str, value: int) -> bool:
        """Tell whether a level that receives this could not set a value."""
        return value != self.value and not (self.free and self.lowest <= value <= self.top(name))

    def passed(self, name: str, value: int | None, narrowing: "tuple[int, int] | None") -> "tuple[Slot, set[bool]]":
        """Pass through a level; gives what is in force there: False for its value, True for its narrowing."""
        if narrowing is not None and self.free:
            low, high = max(self.lowest, narrowing[0]), min(self.highest, narrowing[1])
            fits = value is not None and low <= value <= min(high, self.top(name))
            kept = value if fits and value is not None else self.value
            if low <= kept <= min(high, self.top(name)):
                return Slot(kept, low, high, free=True), {True, False} if fits else {True}
        if value is not None and self.free and self.lowest <= value <= self.top(name):
            return replace(self, value=value), {False}
        return self, set()


def published_greeting(number: str) -> dict[str, str]:
    """What a version says in its one text."""
    return {"en": f"Welcome to {number}"}


def passed(slot: Slot, name: str, value: Laid | None, narrowing: Laid | None) -> tuple[Slot, set[bool]]:
    """Pass a value through what a level has laid."""
    wanted = value.said if value is not None and isinstance(value.said, int) else None
    bounds = narrowing.said if narrowing is not None and isinstance(narrowing.said, tuple) else None
    return slot.passed(name, wanted, bounds)


@dataclass(slots=True)
class Proposed:
    """An adaptation that somebody proposed, or proposed to end."""

    tenant: str
    name: str
    clause: str
    value: int
    author: str
    status: str = "ASKED"
    ends: Laid | None = None


@dataclass(slots=True)
class Consulted:
    """A draft laid before the units below."""

    number: str
    terms: Terms
    ends: datetime
    closed: bool = False

    def takes(self, at: datetime) -> bool:
        return not self.closed and at < self.ends


@dataclass(slots=True)
class World:
    """Everything that holds, as far as the model knows."""

    now: datetime
    issues: list[Issue] = field(default_factory=list[Issue])
    laid: list[Laid] = field(default_factory=list[Laid])
    waivers: list[Waiver] = field(default_factory=list[Waiver])
    proposals: list[Proposed] = field(default_factory=list[Proposed])
    by_two: set[str] = field(default_factory=set[str])
    arrived: dict[str, tuple[str, datetime]] = field(default_factory=dict[str, tuple[str, datetime]])
    consulted: list[Consulted] = field(default_factory=list[Consulted])
    texts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    names: int = 0

    @property
    def newest(self) -> Issue | None:
        """The version that was published last and not withdrawn."""
        return next((one for one in reversed(self.issues) if one.status == "PUBLISHED"), None)

    @property
    def underway(self) -> Issue | None:
        """The version that is not published yet."""
        last = self.issues[-1] if self.issues else None
        return last if last is not None and last.status in {"DRAFT", "IN_REVIEW", "APPROVED"} else None

    def fresh(self) -> str:
        self.names += 1
        return f"clause_{self.names}"

    def greeting(self, tenant: str) -> dict[str, str]:
        """The text that holds for a tenant, per language."""
        issue = self.version(tenant)
        assert issue is not None
        text = published_greeting(issue.number)
        for level in PATHS[tenant]:
            text |= self.texts.get(level, {})
        return text

    def version(self, tenant: str) -> Issue | None:
        """The version a tenant is on: the newest that has reached it."""
        for one in reversed(self.issues):
            issued = one.status in {"PUBLISHED", "SUPERSEDED"}
            if issued and (one.rollout is None or one.rollout.holds(tenant)):
                return one
        return None

    def edges(self, tenant: str) -> list[datetime]:
        """Now, and every instant to come at which something ends for a tenant."""
        path = PATHS[tenant]
        ends = {one.ends for one in self.laid if one.tenant in path and one.ends is not None}
        ends |= {one.until for one in self.waivers if one.tenant == tenant and one.status == "GRANTED"}
        return sorted({self.now, *(one for one in ends if one > self.now)})

    def said(self, tenant: str, name: str, clause: str, at: datetime, *, narrows: bool) -> Laid | None:
        """What a tenant has laid on a parameter, at the clause where it stands."""
        return next(
            (
                one
                for one in self.laid
                if (one.tenant, one.name, one.clause, one.narrows) == (tenant, name, clause, narrows) and one.holds(at)
            ),
            None,
        )

    def received(self, tenant: str, name: str, at: datetime, issue: Issue | None = None) -> Slot | None:
        """What a tenant receives from the levels above it."""
        issue = issue or self.version(tenant)
        term = None if issue is None else issue.terms.get(name)
        if issue is None or term is None:
            return None
        slot = Slot(term.default, term.lowest, term.highest, term.free)
        for level in PATHS[tenant][:-1]:
            value, narrowing = (self.said_in(issue, level, name, at, narrows=narrows) for narrows in (False, True))
            slot, _ = passed(slot, name, value, narrowing)
        return slot

    def said_in(self, issue: Issue, tenant: str, name: str, at: datetime, *, narrows: bool) -> Laid | None:
        """What a level above has laid on a parameter, as it stands in a version that it may not be on."""
        alive = [
            one for one in self.laid if (one.tenant, one.name, one.narrows) == (tenant, name, narrows) and one.alive(at)
        ]
        here = [one for one in alive if self.place(one, issue) == issue.terms[name].clause]
        for one in here:
            crowded = any(other is not one and other.meets(one) for other in here)
            if one.holds(at) and (one.base == issue.number or not crowded):
                return one
        return None

    def through(self, slot: Slot, tenant: str, name: str, clause: str, at: datetime) -> tuple[Slot, set[bool]]:
        """Pass a value through what a tenant has laid."""
        value = self.said(tenant, name, clause, at, narrows=False)
        narrowing = self.said(tenant, name, clause, at, narrows=True)
        return passed(slot, name, value, narrowing)

    def value(self, tenant: str, name: str, at: datetime) -> int | None:
        """What holds for a tenant."""
        slot, issue = self.received(tenant, name, at), self.version(tenant)
        if slot is None or issue is None:
            return None
        clause = issue.terms[name].clause
        value = self.through(slot, tenant, name, clause, at)[0].value if PATHS[tenant] else slot.value
        for one in self.waivers:
            if (one.tenant, one.name) == (tenant, name) and one.holds(at):
                barrier = self.barrier(tenant, name, one.value, at)
                if barrier is None or TENANTS.index(one.granter) <= TENANTS.index(barrier):
                    value = one.value
        return value

    def barrier(self, tenant: str, name: str, value: int, at: datetime) -> str | None:
        """The level furthest up that put something in the way of a value."""
        issue, above = self.version(tenant), HQ
        for level in PATHS[tenant]:
            slot = self.received(level, name, at, issue)
            if slot is not None and slot.bars(name, value):
                return above
            above = level
        return None

    def renewal(self, waiver: Waiver, until: datetime) -> tuple[list[str], bool]:
        """Who stands in the way of a waiver from its end on, and whether its parameter is there still."""
        issue = self.version(waiver.tenant)
        if issue is None or waiver.name not in issue.terms:
            return [], False
        instants = [waiver.until, *(one for one in self.edges(waiver.tenant) if waiver.until < one < until)]
        found = [self.barrier(waiver.tenant, waiver.name, waiver.value, at) for at in instants]
        return [one for one in found if one is not None], True

    def judge(
        self, tenant: str, name: str, clause: str, said: "int | tuple[int, int]", ends: datetime | None = None
    ) -> str:
        """The code with which something would be refused that is laid from now on; empty where it is not."""
        for at in self.edges(tenant):
            if ends is not None and ends <= at:
                break
            issue = self.version(tenant)
            if issue is None or issue.terms.get(name, Term("", 0, 0, 0)).clause != clause:
                return UNKNOWN
            code = self.judged_at(tenant, name, clause, said, at)
            if code:
                return code
        return ""

    def judged_at(self, tenant: str, name: str, clause: str, said: "int | tuple[int, int]", at: datetime) -> str:
        """The same at one instant."""
        slot = self.received(tenant, name, at)
        assert slot is not None
        narrows = isinstance(said, tuple)
        if isinstance(said, tuple) and (said[0] < slot.lowest or said[1] > slot.top(name)):
            return WIDENED
        if not slot.free:
            return LOCKED
        other = self.said(tenant, name, clause, at, narrows=not narrows)
        beside = None if other is None else other.said
        if isinstance(said, tuple):
            value = beside if isinstance(beside, int) else None
            _, before = slot.passed(name, value, None)
            _, after = slot.passed(name, value, said)
        else:
            bounds = beside if isinstance(beside, tuple) else None
            _, before = slot.passed(name, None, bounds)
            _, after = slot.passed(name, said, bounds)
        return "" if before | {narrows} <= after else EXCEEDED

    def lay(
        self, tenant: str, name: str, clause: str, said: "int | tuple[int, int]", ends: datetime | None = None
    ) -> None:
        """Lay something from now on; what it overlaps in time ends where it begins."""
        narrows = isinstance(said, tuple)
        for one in list(self.laid):
            same = (one.tenant, one.name, one.clause, one.narrows) == (tenant, name, clause, narrows)
            if same and one.alive(self.now):
                if ends is not None and one.alive(ends):
                    self.laid.append(replace(one, starts=max(ends, one.starts), waits=""))
                self.end(one, self.now)
        issue = self.version(tenant)
        assert issue is not None
        self.laid.append(Laid(tenant, name, clause, said, self.now, ends, issue.number))

    def end(self, one: Laid, at: datetime) -> None:
        """End what was laid; nothing is left of what ends where it begins, or before."""
        one.waits = ""
        one.ends = at
        if one.ends <= one.starts:
            self.laid.remove(one)

    def own(self, tenant: str) -> Iterator[Laid]:
        """What a tenant has laid and is not over."""
        return (one for one in self.laid if one.tenant == tenant and one.alive(self.now))

    def settle(self) -> None:
        """Do what the background does: adaptations arrive in the version their tenant is on, or wait."""
        for one in self.waivers:
            one.settle(self.now)
        for tenant in (WEST, NORTH, SOUTH):
            issue = self.version(tenant)
            if issue is None:
                continue
            if self.arrived.get(tenant, ("",))[0] != issue.number:
                self.arrived[tenant] = (issue.number, self.now)
            self.carry(tenant, issue, self.arrived[tenant][1])

    def carry(self, tenant: str, issue: Issue, since: datetime) -> None:
        """Carry a tenant's adaptations into a version that holds for it since an instant."""
        own = list(self.own(tenant))
        places = {id(one): self.place(one, issue) for one in own}
        arriving: list[Laid] = []
        for one in own:
            place = places[id(one)]
            crowded = any(
                other is not one
                and other.narrows == one.narrows
                and other.name == one.name
                and places[id(other)] == place
                for other in own
            )
            if one.base != issue.number and place is not None and not crowded:
                arriving.append(one)
        kept = {id(one): one.clause for one in arriving}
        for one in arriving:
            one.clause = places[id(one)] or one.clause
        fates = {id(one): self.fits(one, max(since, one.starts)) for one in own}
        for one in arriving:
            if not fates[id(one)]:
                one.clause = kept[id(one)]
        for one in own:
            if one.base == issue.number:
                one.waits = ""
            elif id(one) in kept and fates[id(one)]:
                if one.starts < since:
                    self.laid.append(replace(one, clause=kept[id(one)], ends=since, waits="", kept=""))
                one.base, one.waits, one.kept, one.starts = issue.number, "", "", max(since, one.starts)
            else:
                one.waits = "" if one.kept == issue.number else issue.number

    def place(self, one: Laid, issue: Issue) -> str | None:
        """Where something that was laid stands in a version."""
        if one.base == issue.number:
            return one.clause
        term = issue.terms.get(one.name)
        return None if term is None else term.clause

    def fits(self, one: Laid, at: datetime) -> bool:
        """Tell whether something is in force at an instant."""
        slot, issue = self.received(one.tenant, one.name, at), self.version(one.tenant)
        if slot is None or issue is None or issue.terms[one.name].clause != one.clause:
            return False
        return one.narrows in self.through(slot, one.tenant, one.name, one.clause, at)[1]

    def forget(self, before: timedelta) -> None:
        """Drop what was over long ago, which nothing asks about."""
        self.laid = [one for one in self.laid if one.ends is None or one.ends > self.now - before]
