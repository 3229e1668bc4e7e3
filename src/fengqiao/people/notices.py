"""Words of the notices of this context. Loaded at start by every process: the worker that sends them has no pages."""

from __future__ import annotations

from fengqiao.kernel.notify import templates

CODE = templates.register(
    "people.code",
    zh=("登录验证码", "验证码{code}，10分钟内有效。请不要告诉任何人，我们也不会向您要。"),
    en=("Sign-in code", "Code {code}, valid for 10 minutes. Tell nobody; we never ask for it."),
    is_urgent=True,
    channels=("sms",),
)

CHAT_SET = templates.register(
    "people.chat_set",
    zh=("以后在这个群里通知", "{organisation}的紧急件和催办会发到这个群。看到这一条，就是通了。"),
    en=("Notices come here from now on", "Urgent matters and reminders for {organisation} reach this chat. It works."),
    channels=("chat",),
)
