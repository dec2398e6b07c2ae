"""Forms are drawn by the parts: `{{ form }}` is a whole form, `{% field form.x %}` one field."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Label above, help below, the error beside the field."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
