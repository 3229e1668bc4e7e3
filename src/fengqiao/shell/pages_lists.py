"""Keeping and dropping saved views of lists."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.shell import views_saved
from fengqiao.shell.forms import Form
from fengqiao.shell.pages import Request, page


class View(Form):
    path = forms.CharField(max_length=200)
    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=40)
    query = forms.CharField(max_length=2000, required=False)

    def clean_path(self) -> str:
        """One of our own pages, and nothing else: the reader is sent there afterwards."""
        path = str(self.cleaned_data["path"])
        try:
            resolve(path)
        except Resolver404 as error:
            raise forms.ValidationError(_("This list does not exist")) from error
        return path


@page(None, methods=("POST",))
def save_view(request: Request) -> HttpResponse:
    if request.actor.user_id is None:
        raise Http404
    form = View(request.POST)
    if not form.is_valid():
        raise Http404
    wish = form.cleaned_data
    view = views_saved.save(
        user_id=request.actor.user_id, path=wish["path"], name=wish["name"], query=wish["query"], at=request.now
    )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{view.path}?{view.query}" if view.query else view.path)


@page(None, methods=("POST",))
def remove_view(request: Request, view_id: int) -> HttpResponse:
    path = views_saved.remove(user_id=request.actor.user_id or 0, view_id=view_id)
    if not path:
        raise Http404
    messages.success(request, _("The view is removed."))
    return redirect(path)
