"""Operations compiled: what reads as declared becomes one SQL statement whose text is the answer.

A plan is made once per document and structure of its variables, and executed as often as it is asked for: one round
trip, no objects between the database and the response. Whatever is out of the ordinary, a field that is refused, an
argument that is wrong, a value that does not fit, is left to the interpreter, which then says exactly what is wrong;
reading twice does no harm. So both ways give the same answers, and only one of them has errors to word.
"""
