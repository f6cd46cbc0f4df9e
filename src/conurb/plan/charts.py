"""What a chart of the plan shows; the values themselves are `conurb.journal.charts`."""

from conurb.journal.charts import Chart, Dot, Series, Shape

__all__ = ["Chart", "Dot", "Series", "Shape"]
