"""What a proof says."""

from dataclasses import dataclass


class NotProven(Exception):  # noqa: N818  (errors are named as the facts they are)
    """A check failed; the text says on what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        check: Name of the check.
        proven: Whether it holds.
        detail: What was seen.
    """

    check: str
    proven: bool
    detail: str

    def __str__(self) -> str:
        """Show it as a line."""
        return f"{'ok    ' if self.proven else 'FAILED'}  {self.check:<15} {self.detail}"


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was found out about a plugin; checks that need a failed one are not run.

    Attributes:
        plugin: Key of the plugin.
        findings: In the order of the checks.
    """

    plugin: str
    findings: tuple[Finding, ...]

    @property
    def proven(self) -> bool:
        """Whether every check holds."""
        return all(finding.proven for finding in self.findings)

    def require(self) -> None:
        """Raise unless every check holds.

        Raises:
            AssertionError: With every finding as a line.
        """
        if not self.proven:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        """Show every finding as a line, and the verdict."""
        verdict = "is proven" if self.proven else "is NOT proven"
        return "\n".join([*(str(finding) for finding in self.findings), f"{self.plugin} {verdict}"])
