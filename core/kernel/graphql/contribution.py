"""What one feature adds to the schema."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from core.kernel.frozen import frozen
from core.kernel.graphql.fields import RootField


@frozen(kw_only=True)
class Contribution:
    """What one feature adds to the schema; exported as ``CONTRIBUTION`` by its ``graphql`` package.

    Attributes:
        feature: The feature's name, for messages when two features collide.
        queries: Made by ``query_one``, ``query_connection`` and ``query_field``.
        mutations: Made by ``mutation``.
        subscriptions: Made by ``subscription``.
        types: Entities and values that no field of the feature leads to, such as ones only ``node`` gives.
        extends: Fields for types that other features declare: classes decorated with ``extension``.
    """

    feature: str
    queries: Sequence[RootField] = ()
    mutations: Sequence[RootField] = ()
    subscriptions: Sequence[RootField] = ()
    types: Sequence[type] = ()
    extends: Mapping[type, Sequence[type]] = field(default_factory=dict[type, Sequence[type]])
