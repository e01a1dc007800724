"""Many submissions: where they come from, who grades them, and the ledger of what has been graded."""
