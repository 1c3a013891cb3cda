"""Forms of organisation, staff and roles: they parse and explain; the operations decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import Reach
from kexin.core.models import Role
from kexin.core.ui.fields import SearchSelect
from kexin.people.choices import EmployeeStatus, UnitKind
from kexin.people.models import Employee, OrgUnit, Post, by_language

if TYPE_CHECKING:  # Django's fields take their model only when types are checked
    _Units = forms.ModelChoiceField[OrgUnit]
    _Employees = forms.ModelChoiceField[Employee]
    _Posts = forms.ModelChoiceField[Post]
    _Roles = forms.ModelChoiceField[Role]
else:
    _Units = _Employees = _Posts = _Roles = forms.ModelChoiceField


class UnitField(_Units):
    """An open unit, found by name or code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unit"))
        units = OrgUnit.objects.filter(closed_on=None).order_by("path")
        super().__init__(queryset=units, widget=SearchSelect(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.shown_name} {obj.code}"


class EmployeeField(_Employees):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.shown_name} {obj.staff_no}"


class PostField(_Posts):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.shown_name} · {obj.shown_name}"


class RoleField(_Roles):
    def label_from_instance(self, obj: Any) -> str:
        return by_language(obj.name, obj.name_en)


class UnitForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20)
    kind = forms.ChoiceField(
        label=_("Kind of unit"), choices=[c for c in UnitKind.choices if c[0] != UnitKind.HEAD_OFFICE]
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    parent = UnitField(label=_("Superior unit"))
    opened_on = forms.DateField(label=_("Opened on"), required=False)


class RenameUnitForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class MergeUnitForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("Merged into"),
        queryset=OrgUnit.objects.none(),
        help_text=_("From now on the figures of both units are counted together, earlier days included."),
    )


class PostForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=60)
    title_en = forms.CharField(label=_("English title"), max_length=60, required=False)


class EmployeeForm(forms.Form):
    staff_no = forms.CharField(label=_("Staff number"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    unit = UnitField()
    joined_on = forms.DateField(label=_("Joined on"))


class FirstPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("At least 10 characters. It is handed over in person and must be changed at the first sign-in."),
    )


class LeaveForm(forms.Form):
    left_on = forms.DateField(label=_("Last day"))


class EndForm(forms.Form):
    ends_on = forms.DateField(label=_("Last day"))


class AppointForm(forms.Form):
    """Somebody to this post."""

    employee = EmployeeField(label=_("Employee"), queryset=Employee.objects.none(), widget=SearchSelect())
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"), required=False)

    def __init__(self, *args: Any, employees: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = employees.filter(status=EmployeeStatus.ACTIVE).order_by("staff_no")  # type: ignore[attr-defined]


class AppointToForm(forms.Form):
    """This employee to a post."""

    post = PostField(
        label=_("Post"),
        queryset=Post.objects.filter(closed_on=None).select_related("unit").order_by("unit__path", "pk"),
        widget=SearchSelect(),
    )
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"), required=False)


class GrantForm(forms.Form):
    """A role for a post; decided by a second person."""

    role = RoleField(label=_("Role"), queryset=Role.objects.order_by("pk"))
    reach = forms.ChoiceField(label=_("Reach"), choices=Reach.choices, widget=forms.RadioSelect())
    unit = UnitField(
        label=_("Counted from the unit"), required=False, help_text=_("Left empty: the unit of the post itself.")
    )
    ends_on = forms.DateField(label=_("Until"), required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
