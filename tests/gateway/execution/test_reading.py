"""Declared fields read what was written, only what is asked for, and nothing of anybody else."""

from tests.gateway.execution.notes.world import World, minutes, note_id


async def test_every_kind_of_declaration_reads(world: World) -> None:
    topic = await world.topic()
    parent = await world.note(title="first")
    note = await world.note(
        title="second", parent_id=parent.id, topic_id=topic.id, sealed="terces", facts='{"b":[1,"2"]}', author_mark="m"
    )
    for text in ("a", "bbb", "cc"):
        await world.remark(note, text)
        world.clock.advance(minutes(1))
    found = await world.data(
        """query ($id: ID!) { note(id: $id) {
            id title status age secret authorMark facts factsText parent { title id } topic { code noteCount }
            remarks { nodes { text note { title } } totalCount } remarkCount longest medianLength totalLength
        } }""",
        {"id": note_id(note)},
    )
    assert found["note"] == {
        "id": note_id(note),
        "title": "second",
        "status": "OPEN",
        "age": 180,
        "secret": "secret",
        "authorMark": "m",
        "facts": {"b": [1, "2"]},
        "factsText": '{"b":[1,"2"]}',
        "parent": {"title": "first", "id": note_id(parent)},
        "topic": {"code": "tills", "noteCount": 1},
        "remarks": {"nodes": [{"text": one, "note": {"title": "second"}} for one in ("a", "bbb", "cc")], "totalCount": 3},
        "remarkCount": 3,
        "longest": 3,
        "medianLength": 2.0,
        "totalLength": 6,
    }
