"""Pure arithmetic of quotas: balances and ceilings, and the apportionment of places among units."""

from quotas.rules.balance import Balance, Verdict, Wish, settle

__all__ = ["Balance", "Verdict", "Wish", "settle"]
