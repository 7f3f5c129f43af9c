"""Depth, aliases, directives and root fields of an operation, each fragment looked at once.

A chain of fragments that spread each other twice doubles at every link, so whoever follows spreads counts for ever.
Here what a fragment comes to is remembered, and a document of a thousand nodes is a thousand visits. A fragment that
leads back to itself counts as nothing more: validation refuses it by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from core.kernel.frozen import frozen

INTROSPECTION = ("__schema", "__type")


@frozen
class Shape:
    """What a selection comes to with all its fragments.

    Attributes:
        depth: Selections within selections.
        introspection_depth: The same below ``__schema`` and ``__type``.
        aliases: Fields under another name.
        introspection_aliases: Those at and below ``__schema`` and ``__type``, each of which tells the schema again.
        directives: Directives.
        fields: Fields at the top of it.
        objects: Fields at the top of it that have selections of their own.
        names: What those are called in the answer.
        repeated: How often one of those, anywhere inside, is there again; validation compares each with each.
    """

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    introspection_aliases: int = 0
    directives: int = 0
    fields: int = 0
    objects: int = 0
    names: frozenset[str] = frozenset()
    repeated: int = 0

    def beside(self, other: "Shape") -> "Shape":
        """Give what two selections come to side by side."""
        return Shape(
            depth=max(self.depth, other.depth),
            introspection_depth=max(self.introspection_depth, other.introspection_depth),
            aliases=self.aliases + other.aliases,
            introspection_aliases=self.introspection_aliases + other.introspection_aliases,
            directives=self.directives + other.directives,
            fields=self.fields + other.fields,
            objects=self.objects + other.objects,
            names=self.names | other.names,
            repeated=self.repeated + other.repeated,
        )

    def below(self, node: FieldNode) -> "Shape":
        """Give what a field comes to whose selection this is."""
        introspective = node.name.value in INTROSPECTION
        called = node.alias.value if node.alias else node.name.value
        aliases = self.aliases + (1 if called != node.name.value else 0)
        return Shape(
            depth=0 if introspective else self.depth + 1,
            introspection_depth=self.depth + 1 if introspective else self.introspection_depth,
            aliases=aliases,
            introspection_aliases=aliases if introspective else self.introspection_aliases,
            directives=self.directives + len(node.directives or ()),
            fields=1,
            objects=1 if node.selection_set else 0,
            names=frozenset({called}) if node.selection_set else frozenset(),
            repeated=self.again,
        )

    @property
    def again(self) -> int:
        """How often a field with a selection is repeated, here and inside."""
        return self.repeated + self.objects - len(self.names)

    def marked(self, directives: int) -> "Shape":
        """Give the same with directives of a fragment or an operation."""
        return self.beside(Shape(directives=directives))


@dataclass(slots=True)
class Shapes:
    """Measures the operations of one document.

    Attributes:
        fragments: The document's fragments, by name.
        visits: How many selections were looked at; linear in the document.
    """

    fragments: Mapping[str, FragmentDefinitionNode]
    visits: int = 0
    _known: dict[str, Shape] = field(default_factory=dict[str, Shape])

    @classmethod
    def of(cls, document: DocumentNode) -> "Shapes":
        """Look at a document."""
        return cls({one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)})

    def operation(self, node: OperationDefinitionNode) -> Shape:
        """Measure one operation."""
        return self.selection(node.selection_set).marked(len(node.directives or ()))

    def selection(self, selections: SelectionSetNode | None) -> Shape:
        """Measure one selection."""
        total = Shape()
        for one in selections.selections if selections else ():
            self.visits += 1
            match one:
                case FieldNode():
                    total = total.beside(self.selection(one.selection_set).below(one))
                case InlineFragmentNode():
                    total = total.beside(self.selection(one.selection_set).marked(len(one.directives or ())))
                case FragmentSpreadNode():
                    total = total.beside(self.fragment(one.name.value).marked(len(one.directives or ())))
                case _:
                    pass
        return total

    def fragment(self, name: str) -> Shape:
        """Measure one fragment, once."""
        if name not in self._known:
            self._known[name] = Shape()
            fragment = self.fragments.get(name)
            self._known[name] = self.selection(fragment.selection_set if fragment else None)
        return self._known[name]
