"""What is wrong where the maps of neighbouring cities meet: the rules, without Django.

`passing.find` runs all of them over the layers given and returns findings; `matching` tells which
of an earlier pass go on, are resolved or are new. Regulations and tables: docs/findings.md.
"""
