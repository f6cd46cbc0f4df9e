"""Addresses of the network and its projects."""

from django.urls import include, path

from conurb.sames.facilities.views import answering, borders, files, network, projects, ranking

urlpatterns = [
    path("", include("conurb.sames.facilities.signal_urls")),
    path("facilities/", ranking.ranking, name="facilities"),
    path("facilities/appraise/", ranking.appraise, name="facilities-appraise"),
    path("facilities/network.geojson", ranking.network_geojson, name="facilities-network-geojson"),
    path(
        "facilities/projects.geojson", ranking.projects_geojson, name="facilities-projects-geojson"
    ),
    path("facilities/compare/", projects.compare, name="facilities-compare"),
    path("facilities/together/", projects.together, name="facilities-together"),
    path("facilities/answers/", answering.answer, name="facilities-answer"),
    path("facilities/answers/<slug:key>/", answering.progress, name="facilities-answer-progress"),
    path("facilities/list.<slug:form>", files.whole_list, name="facilities-list"),
    path("facilities/network/", network.network, name="facilities-network"),
    path("facilities/projects/<slug:key>/", projects.project, name="facilities-project"),
    path("facilities/projects/<slug:key>.docx", files.project_docx, name="facilities-project-docx"),
    path("facilities/dead-ends/", borders.dead_ends, name="facilities-dead-ends"),
    path("facilities/dead-ends.xlsx", borders.dead_ends_xlsx, name="facilities-dead-ends-xlsx"),
    path(
        "facilities/dead-ends.geojson",
        borders.dead_ends_geojson,
        name="facilities-dead-ends-geojson",
    ),
    path("facilities/bottlenecks/", borders.bottlenecks, name="facilities-bottlenecks"),
    path(
        "facilities/bottlenecks.xlsx",
        borders.bottlenecks_xlsx,
        name="facilities-bottlenecks-xlsx",
    ),
    path(
        "facilities/bottlenecks.geojson",
        borders.bottlenecks_geojson,
        name="facilities-bottlenecks-geojson",
    ),
]
