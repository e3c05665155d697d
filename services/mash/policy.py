"""What the front door does when other teams' facts arrive."""

from shared.domain.policy import Policy

policy = Policy("mash")
