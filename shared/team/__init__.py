"""What every team has without writing it: varying deadlines, corrections, escalations, the child's file (supervision,
audits, decisions on sharing, copies given), tasks, who is known.

Pure. Floor 2: it stands on `domain`.
"""
