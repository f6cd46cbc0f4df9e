"""What stands around a plan on web pages and in print, and what only looks like a heading."""

from __future__ import annotations

import re

SENTENCE_END = "。！？；!?;…"
_CLOSERS = "”’」』)）】》\"'"

_LINE = re.compile(
    r"^(?:附件\s*\d*\s*[:：].*|附\s*[:：].*|(?:抄送|抄报|主送|印发范围)\s*[:：].*|(?:此件)?公开(?:方式|属性)\s*[:：].*|"
    r"[（(]此件.{0,12}[)）]|.{0,30}20\d\d年\d{1,2}月\d{1,2}日印发|20\d\d年\d{1,2}月\d{1,2}日|"
    r"(?:关于|本文)?作者\s*[:：].*|为您推荐.*|猜你喜欢.*|相关(?:阅读|推荐|文章|链接|新闻|文档"
    r"|附件).*|"
    r"(?:热门|精彩|最新|编辑)(?:推荐|文章|阅读|评论).*|推荐阅读.*|延伸阅读.*|"
    r"上一篇.*|下一篇.*|返回(?:首页|顶部|列表|上一页).*|首页.{0,40}|"
    r"(?:您?当前|您的?|现在)(?:的)?位置\s*[:：].*|"
    r"分享(?:到|至|按钮|本文)?\s*[:：]?.{0,40}|(?:点赞|收藏|评论|转发|打印|关闭|打印本页"
    r"|关闭窗口)[\s\d|｜/、()（）]*.{0,12}|"
    r"【?(?:字体|字号)\s*[:：].*|\[?(?:打印|关闭)(?:本页|窗口)?\]?|"
    r"(?:信息|文章|稿件|资料|内容)?来源\s*[:：].*|(?:发布|发文|成文|更新|添加)?(?:时间"
    r"|日期)\s*[:：].*|"
    r"发布(?:机构|单位|人)\s*[:：].*|(?:浏览|点击|阅读|访问)(?:次数|量|数)\s*[:：]?.*|"
    r"(?:责任)?编辑\s*[:：].*|责编\s*[:：].*|(?:校对|审核|监制|签发人|值班主任)\s*[:：].*|"
    r"扫一扫.*|(?:微信|微博|公众号|二维码|QQ空间|新浪微博|客户端)[^。；]{0,20}|"
    r"版权(?:所有|声明).*|免责声明.*|.{0,20}ICP备.*|Copyright.*|©.*|网站地图.*|联系我们.*"
    r"|技术支持\s*[:：].*|"
    r"登录|注册|登录[/|｜\s]*注册|搜索|收起|展开(?:全文)?|全文阅读|加载中.*|展开剩余.*|"
    r"文档(?:下载|预览|信息).*|下载(?:本文|文档|附件).*|附件下载.*|"
    r"(?:share|print|back to top|related (?:articles|posts|links)|read more|about the author|"
    r"posted (?:on|by)\b.*|source:.*|home\s*[>»].*|all rights reserved.*)"
    r")$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"^(?:[-–—－·\s]{0,3}\d{1,4}[-–—－·\s]{0,3}|第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?|"
    r"(?:https?|file)://\S+(?:\s+\d+/\d+)?"
    r"|\d{1,4}[/-]\d{1,2}[/-]\d{1,4},?\s+\d{1,2}:\d{2}(?:\s*[AP]M)?.{0,60}|"
    r"\d+\s*/\s*\d+|[Pp]age\s+\d+(?:\s+of\s+\d+)?|[-=_*~·—－\s]{3,})$"
)
_TITLE = re.compile(
    r"(?:清单|方案|计划|规划|意见|通知|要点|纲要|行动|措施|协议|备忘录|汇总|分工|安排|台账"
    r"|任务书|决定|办法"
    r"|plan|programme|program|agenda|strategy|list|agreement|tasks|memorandum)"
    r"(?:[(（〔].{0,20}[)）〕]|\d{4}年?)?$",
    re.IGNORECASE,
)


def is_boilerplate(line: str) -> bool:
    """A whole line of web furniture: share bars, sources, authors, recommendations, navigation."""
    return bool(_LINE.match(line.strip()))


_RECOMMENDATION = re.compile(
    r"^(?:相关(?:阅读|推荐|文章|链接|新闻)|为您推荐|猜你喜欢|推荐阅读|延伸阅读|上一篇|下一篇"
    r"|(?:热门|精彩|最新)(?:推荐|文章|阅读))"
)


def is_recommendation(line: str) -> bool:
    """The line that opens the links to other pages under an article."""
    return bool(_RECOMMENDATION.match(line.strip()))


def is_page_mark(line: str) -> bool:
    """A page number or a rule between pages."""
    return bool(_PAGE.match(line.strip()))


def is_titlelike(line: str) -> bool:
    """Ends as the titles of plans end: 清单, 方案, 计划 …"""
    return is_headinglike(line) and bool(_TITLE.search(line.strip()))


def is_headinglike(line: str) -> bool:
    """Short and without the stops of a sentence."""
    text = line.strip()
    longest = 40 if has_han(text) else 90
    if not text or len(text) > longest or any(stop in text for stop in "。；;！？!?"):
        return False
    if text.endswith((",", "，", ":", "：", "、", ".")):
        return False
    commas = text.count("，") + text.count(",")
    return commas == 0 or (commas == 1 and len(text) <= 20) or not has_han(text)


def ends_sentence(text: str) -> bool:
    """The text is finished: its last sign, closing quotes aside, ends a sentence."""
    bare = text.rstrip().rstrip(_CLOSERS).rstrip() or text.rstrip()
    if not bare:
        return True
    return bare[-1] in SENTENCE_END or (bare[-1] == "." and not has_han(bare[-6:]))


def has_han(text: str) -> bool:
    """Contains a Chinese character."""
    return any("\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" for char in text)
