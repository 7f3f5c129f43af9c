"""Holds a front end's documents against the schema and its limits, before any of them is registered."""

from collections.abc import Iterator, Sequence

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, value_from_ast_untyped

from core.kernel.frozen import frozen
from gateway.documents.identifiers import read_hash
from gateway.documents.manifests import Given
from gateway.limits.checks import faults, price
from gateway.schema.assembly import TouchstoneSchema


@frozen
class Fault:
    """What is wrong with a document.

    Attributes:
        place: Where the document stands.
        line: Line of the document; none where the whole of it is meant.
        says: What is wrong.
        code: Stable identifier.
    """

    place: str
    line: int | None
    says: str
    code: str


@frozen
class Examined:
    """One document that was looked at.

    Attributes:
        given: The document.
        operations: Names of its operations; empty for one without a name.
        cost: What the dearest of them costs with no variables sent but the defaults.
        faults: What is wrong; it may be registered where nothing is.
    """

    given: Given
    operations: tuple[str, ...] = ()
    cost: int = 0
    faults: tuple[Fault, ...] = ()


@frozen
class Examiner:
    """Examines documents.

    Attributes:
        schema: The assembled schema, with the limits of its settings.
        longest: Most characters a document may have.
    """

    schema: TouchstoneSchema
    longest: int

    def examine(self, given: Given) -> Examined:
        """Look at one document."""
        wrong = tuple(self._misnamed(given))
        if len(given.text) > self.longest:
            says = f"It is longer than {self.longest} characters."
            return Examined(given, faults=(*wrong, Fault(given.place, None, says, "documents.too_long")))
        try:
            document = parse(given.text, max_tokens=self.schema.figures.tokens)
        except GraphQLError as error:
            return Examined(given, faults=(*wrong, shown(given, error, "documents.no_graphql")))
        except RecursionError:
            return Examined(
                given, faults=(*wrong, Fault(given.place, None, "It is nested too deep.", "gateway.too_deep"))
            )
        return self._parsed(given, document, wrong)

    def _parsed(self, given: Given, document: DocumentNode, wrong: tuple[Fault, ...]) -> Examined:
        operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        names = tuple(one.name.value if one.name else "" for one in operations)
        if not operations:
            says = "It holds no operation: register what is sent, each operation with the fragments it uses."
            wrong = (*wrong, Fault(given.place, None, says, "documents.no_operation"))
            return Examined(given, faults=wrong)
        invalid = faults(self.schema.graphql, document, self.schema.figures)
        if invalid:
            return Examined(given, names, faults=(*wrong, *(shown(given, one, "gateway.invalid") for one in invalid)))
        try:
            cost = max(self._cost(document, one) for one in operations)
        except GraphQLError as error:
            return Examined(given, names, faults=(*wrong, shown(given, error, "gateway.invalid")))
        if cost > self.schema.figures.most_cost:
            says = f"It costs {cost}, and nobody may spend more than {self.schema.figures.most_cost} on one operation."
            wrong = (*wrong, Fault(given.place, None, says, "gateway.too_costly"))
        return Examined(given, names, cost, wrong)

    def _cost(self, document: DocumentNode, operation: OperationDefinitionNode) -> int:
        defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in operation.variable_definitions or ()
            if one.default_value is not None
        }
        return price(self.schema.graphql, document, operation, defaults, self.schema.figures)

    def _misnamed(self, given: Given) -> Iterator[Fault]:
        """Find an id that is not the hash of its text: the front end would ask for what is not there."""
        if not given.called or read_hash(given.called) == given.hash:
            return
        if read_hash(given.called) is None:
            says = "Its id is no SHA-256 of its text; let the build hash by SHA-256 (persistConfig.algorithm of Relay)."
        else:
            says = f"Its id is not the SHA-256 of its text, which is {given.hash}."
        yield Fault(given.place, None, says, "documents.hash_differs")


def shown(given: Given, error: GraphQLError, code: str) -> Fault:
    """Show what GraphQL says of a document."""
    line = error.locations[0].line if error.locations else None
    return Fault(given.place, line, error.message, str((error.extensions or {}).get("code", code)))


def wrong_among(examined: Sequence[Examined]) -> list[Examined]:
    """Give those that something is wrong with."""
    return [one for one in examined if one.faults]
