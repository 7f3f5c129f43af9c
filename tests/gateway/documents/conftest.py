"""Fixtures of trusted documents."""

import pytest

from tests.gateway.documents.front_end import FrontEnd
from tests.support.cluster import Address


@pytest.fixture
def front_end(address: Address, database_name: str) -> FrontEnd:
    return FrontEnd(address, database_name)
