//! The rules of this stage.

use crate::model::rules;

rules! {
    OVER_BUDGET = "cost/over-budget", Error,
        "What a team owns, and what an environment holds, costs no more than its budget",
        "A budget is declared by those who answer for it: `monthlyBudget` of a team for all that it owns in permanent \
environments, of an environment for all that is in it, `dailyBudget` of a preview for one preview. Costs are list prices \
with the assumptions that `pavior cost` shows.\n\nTo mend it, take a smaller class, fewer replicas or say truer `usage`; \
or raise the budget: a team's in the same change, so that those who answer for it approve both; an environment's in a \
change before it, because environments count from the base revision. With `budget: {over: warn}` it is told \
and does not block.\n\n```yaml\nspec: {monthlyBudget: 100 USD}   # wrong where all that it owns costs 130 USD\nspec: \
{monthlyBudget: 150 USD}   # right\n```";

    OVER_SOFT_BUDGET = "cost/over-soft-budget", Warning,
        "What costs more than a budget that only warns is worth a word",
        "The same as `cost/over-budget`, for a budget that says `budget: {over: warn}`: it is told and does not block.\n\n\
```yaml\nspec: {monthlyBudget: 100 USD, budget: {over: warn}}   # told where it costs 130 USD\n```";

    NEAR_BUDGET = "cost/near-budget", Warning,
        "What nears its budget is told before it is above",
        "From `budget.warnAt` on, 90% where nothing is said, a budget is worth a word; and when all autoscaled services \
together would go beyond it with all the replicas that they may have.\n\n```yaml\nspec: {monthlyBudget: 100 USD, \
budget: {warnAt: 80%}}      # told from 80 USD on\nspec: {monthlyBudget: 100 USD, budget: {warnAt: 95 USD}}   # told \
from 95 USD on\n```";

    BUDGET_CURRENCY = "cost/budget-currency", Error,
        "Budgets are in the currency of the prices",
        "A budget in euros says nothing about prices in dollars: a rate of exchange would decide whether a change may be \
merged, and it would decide differently tomorrow.\n\nWrite the budget, and its `warnAt`, in the currency of the price \
books.\n\n```yaml\nspec: {monthlyBudget: 100 EUR}   # wrong where prices are in USD\nspec: {monthlyBudget: 100 USD}   \
# right\n```";
}
