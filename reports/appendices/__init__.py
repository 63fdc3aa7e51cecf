"""Appendices: from the definition that the Board keeps to a `Document`. One builder for each of the three kinds."""

from reports.appendices.body import Scope
from reports.appendices.build import build_appendix, whole_province

__all__ = ["Scope", "build_appendix", "whole_province"]
