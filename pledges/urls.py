from django.urls import path

from pledges.views.home import home
from pledges.views.pledges import pledge_detail

urlpatterns = [
    path("", home, name="home"),
    path("pledges/<slug:slug>/", pledge_detail, name="pledge-detail"),
]
