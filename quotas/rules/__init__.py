"""Pure arithmetic of quotas: balances and ceilings, and the apportionment of places among units."""

from quotas.rules.balance import Answered, Balance, answer_demand
from quotas.rules.ceilings import Ceiling, Verdict, Wish, settle

__all__ = ["Answered", "Balance", "Ceiling", "Verdict", "Wish", "answer_demand", "settle"]
