"""What can go wrong on the manager interface."""


class AmiError(Exception):
    """Base of the errors of this package."""


class AmiDown(AmiError):
    """There is no connection, or it was lost or fell silent before the answer; the action may have been carried out."""


class AmiRefused(AmiError):
    """Asterisk refused the action.

    Attributes:
        action: The action's name.
        message: Asterisk's own words.
    """

    def __init__(self, action: str, message: str) -> None:
        super().__init__(f"{action}: {message}")
        self.action = action
        self.message = message
