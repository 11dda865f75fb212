LANGUAGES = {
    "en": "english",
    "zh": "chinese",
    "de": "german",
    "ca": "valencian",
    "he": "hebrew",
}

# language code lookup by name, with a few language aliases
TO_LANGUAGE_CODE = {
    **{language: code for code, language in LANGUAGES.items()},
    "burmese": "my",
    "valencian": "ca",
    "flemish": "nl",
}

