"""Addresses of the plan."""

from django.urls import path

from conurb.plan.views import authorities, bulletin, exports, importing, item, life, map, overview, supervision

urlpatterns = [
    path("plan/", overview.plan_list, name="plan"),
    path("plan/<int:year>/<str:number>/", item.item, name="item"),
    path("tasks/<str:key>/", item.task, name="task"),
    path("plan.json", exports.plan_json, name="plan-json"),
    path("plan.xlsx", exports.plan_xlsx, name="plan-xlsx"),
    path("plan.ics", exports.plan_ics, name="plan-ics"),
    path("plan.geojson", exports.plan_geojson, name="plan-geojson"),
    path("map/", map.map_page, name="map"),
    path("map/counties.geojson", map.counties, name="map-counties"),
    path("map/tasks.geojson", map.tasks, name="map-tasks"),
    path("tasks/<str:key>/propose/", life.propose, name="task-propose"),
    path("tasks/<str:key>/withdraw/", life.withdraw, name="task-withdraw"),
    path("tasks/<str:key>/report/", life.report, name="task-report"),
    path("tasks/<str:key>/support/", life.support, name="task-support"),
    path("assignments/<str:key>/accept/", life.accept, name="assignment-accept"),
    path("assignments/<str:key>/return/", life.give_back, name="assignment-return"),
    path("evidence/<str:key>/", life.evidence, name="evidence"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/<str:key>/", supervision.case, name="supervision-case"),
    path("import/", importing.imports, name="imports"),
    path("import/<str:key>/", importing.document, name="import"),
    path("import/<str:key>/file/", importing.original, name="import-file"),
    path("import/<str:key>/repairs/", importing.decide, name="import-decide"),
    path("import/<str:key>/heading/", importing.heading, name="import-heading"),
    path("import/<str:key>/tasks/<str:task>/", importing.task, name="import-task"),
    path("import/<str:key>/items/<str:item>/tasks/", importing.add, name="import-add"),
    path("import/<str:key>/undo/", importing.undo, name="import-undo"),
    path("import/<str:key>/discard/", importing.discard, name="import-discard"),
    path("import/<str:key>/reopen/", importing.reopen, name="import-reopen"),
    path("import/<str:key>/confirm/", importing.confirm, name="import-confirm"),
    path("bulletins/", bulletin.bulletins, name="bulletins"),
    path("bulletins/<int:year>/<int:month>/", bulletin.bulletin, name="bulletin"),
    path("bulletins/<int:year>/<int:month>/bulletin.docx", bulletin.docx, name="bulletin-docx"),
    path("bulletins/<int:year>/<int:month>/bulletin.xlsx", bulletin.xlsx, name="bulletin-xlsx"),
    path("authorities/", authorities.authorities, name="authorities"),
    path("authorities/<str:key>/", authorities.authority, name="authority"),
]
