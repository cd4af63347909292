"""Who is calling or called: objections and consents."""
