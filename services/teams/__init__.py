"""The receiving teams: whoever a child's case goes to after referral and assessment, each a row of policy data."""
