"""Addresses of the person concerned and the public."""

from __future__ import annotations

from django.urls import URLPattern, path

from fengqiao.intake.pages import (
    resident_board,
    resident_follow,
    resident_home,
    resident_papers,
    resident_posters,
    resident_proof,
    resident_tell,
)

urlpatterns: list[URLPattern] = [
    path("", resident_home.home, name="home"),
    path("mine/", resident_home.mine, name="mine"),
    path("help/", resident_home.help_page, name="help"),
    path("s/<str:code>/", resident_tell.what, name="scan"),
    path("tell/", resident_tell.what, name="tell_what"),
    path("tell/cover/", resident_tell.cover, name="tell_cover"),
    path("tell/where/", resident_tell.where, name="tell_where"),
    path("tell/photos/", resident_tell.photos, name="tell_photos"),
    path("tell/photos/<int:pk>/remove/", resident_tell.remove_photo, name="tell_remove"),
    path("tell/who/", resident_tell.who, name="tell_who"),
    path("tell/check/", resident_tell.check, name="tell_check"),
    path("tell/help/", resident_tell.help_now, name="tell_help"),
    path("tell/resume/", resident_tell.resume, name="tell_resume"),
    path("tell/discard/", resident_tell.discard, name="tell_discard"),
    path("follow/", resident_follow.follow, name="follow"),
    path("follow/lock/", resident_follow.leave, name="leave"),
    path("follow/<str:number>/", resident_follow.story, name="story"),
    path("follow/<str:number>/receipt/", resident_follow.receipt, name="receipt"),
    path("follow/<str:number>/receipt.pdf", resident_papers.receipt_pdf, name="receipt_pdf"),
    path(
        "follow/<str:number>/receipt-large.pdf",
        resident_papers.receipt_pdf,
        {"size": "large"},
        name="receipt_pdf_large",
    ),
    path("follow/<str:number>/acceptance.pdf", resident_papers.acceptance_pdf, name="acceptance_pdf"),
    path("follow/<str:number>/proofs/", resident_proof.proofs, name="proofs"),
    path("follow/<str:number>/proofs/<int:event>.tlog-proof", resident_proof.proof, name="proof"),
    path("follow/<str:number>/evidence.zip", resident_proof.package, name="package"),
    path("follow/<str:number>/erase/", resident_proof.erase, name="erase"),
    path("follow/<str:number>/print/", resident_follow.printed, name="printed"),
    path("follow/<str:number>/add/", resident_follow.add, name="add"),
    path("follow/<str:number>/decide/", resident_follow.decide, name="decide"),
    path("follow/<str:number>/rate/<slug:about>/", resident_follow.rate, name="rate"),
    path("follow/<str:number>/withdraw/", resident_follow.withdraw, name="withdraw"),
    path("follow/<str:number>/reopen/", resident_follow.reopen, name="reopen"),
    path("follow/<str:number>/join/", resident_follow.join, name="join"),
    path("follow/<str:number>/help/", resident_follow.story_help, name="story_help"),
    path("follow/<str:number>/files/<uuid:uid>/", resident_follow.file, name="file"),
    path("follow/<str:number>/files/<uuid:uid>/small/", resident_follow.file, {"size": "small"}, name="file_small"),
    path("board/", resident_board.board, name="board"),
    path("posters/", resident_posters.posters, name="posters"),
    path("posters/<uuid:uid>/", resident_posters.run, name="poster_run"),
    path("posters/<uuid:uid>/file/", resident_posters.run_file, name="poster_file"),
    path("posters/<str:code>.pdf", resident_posters.poster, name="poster"),
    path("paper/", resident_posters.paper, name="paper_form"),
]
