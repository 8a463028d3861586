"""Questions to the world: clusters, signatures, stack outputs. Everything here only reads.

Each module asks one kind of question and returns plain values of `delivery.facts`. A question that gets no answer
returns `Unknown` with the reason; what to make of it is for the gates to say.
"""
