from django.urls import path, re_path

from pledges.views import markdown_editor
from pledges.views.home import home
from pledges.views.pictures import picture
from pledges.views.pledges import pledge_detail

urlpatterns = [
    path("", home, name="home"),
    path("pledges/<slug:slug>/", pledge_detail, name="pledge-detail"),
    re_path(r"^media/(?P<name>[0-9a-f]{32})\.(?P<extension>jpg|png)$", picture, name="picture"),
    # Under the admin's address, so that all that guards the admin guards them too.
    path("admin/markdown/preview/", markdown_editor.preview, name="markdownx_markdownify"),
    path("admin/markdown/picture/", markdown_editor.upload, name="markdownx_upload"),
]
