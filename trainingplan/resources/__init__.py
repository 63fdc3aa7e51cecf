"""What files may bring into the catalogues, or take out of them."""

from trainingplan.resources.kernel import UnitNameResource, UserResource

__all__ = ["UnitNameResource", "UserResource"]
