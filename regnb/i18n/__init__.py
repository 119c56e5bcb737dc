"""Every text a person sees, in French and in English, from one catalogue per language."""

from __future__ import annotations

from regnb.i18n.catalogue import LANGUAGES, Catalogue, load_catalogue
from regnb.i18n.language import SOLUTIONS, language_of_locale, language_of_notebook
from regnb.i18n.translator import Told, Translator, translator_for
