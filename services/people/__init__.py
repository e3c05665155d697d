"""The index of children, families and professionals that every team refers to."""
