"""The words that mail servers and machines use, in the languages that they were met in.

Each is a pattern for text in small letters with plain apostrophes. They are read together with other signs, never alone
where somebody would lose a newsletter by it: see who uses them.
"""

from __future__ import annotations

import re


def _any(written: str) -> re.Pattern[str]:
    """A pattern of alternatives, with " | " or a line end between them."""
    return re.compile("|".join(one.strip() for one in re.split(r" \| |\n", written) if one.strip()))


def plain(text: str) -> str:
    """A text as these patterns want it."""
    return text.lower().replace("’", "'")


# Why a copy was refused

# For what we are and what we wrote: spam, reputation, policy, authentication, rate, content.
ABOUT_US = _any(r"""
spam(?!e) | junk | unsolicited | \bbulk\b | \bu[cb]e\b | black-? ?list | block-? ?list | \bblock(?:ed|ing)?\b
dns[bw]l | \brbl\b | reputation | polic(?:y|ies) | dmarc | \bspf\b | dkim | authenticat
authori[sz](?!ation to see it) | not permitted
prohibited | banned | forbidden | rate[- ]limit | limit(?:ed|ing)? the rate | at a rate | unusual rate | frequency
throttl | gr[ea]y-? ?list | volume of | sending limit | message limit
too many (?:messages?(?! on the)|mail|connection|recipient|error|session|invalid|unknown|bad)
virus | malware | phish | suspicio | suspect | malicious | harmful | dangerous | fraud | abus | complain | quarantin
(?:message|mail)(?:'s)? content | content (?:reject|filter|denied|not|restrict) | rejected .{0,20}content
reverse dns | \brdns\b | \bptr\b | \bhelo\b | client host | your (?:ip|host|server|domain)
sending (?:ip|host|server|domain) | \bip (?:address )?(?:\S+ )?(?:is |was |has been )?(?:listed|reject|refus|denied)
listed (?:at|by|on)\b | relay(?:ing)?\b.{0,20}(?:denied|prohibit|not|refus)
sender.{0,40}(?:reject|denied|refus|invalid|not|verif|unknown) | tls (?:is )?required | must issue a starttls
attachment | message (?:was |has been )?(?:classified|considered|scored) | refused by | security (?:reason|setting)
only accepts? (?:mail|messages|e-mail) from | restricted | administrative | not accepted for
unerw(?:ü|ue)nscht | richtlinie | gesperrt | abgelehnt wegen
indésirable | politique | bloqué | no deseado | política | bloquead | indesiderat | bloccat
垃圾 | 拒收 | 黑名单 | 黑名單 | 频率 | 頻率 | 策略 | 迷惑メール | スパム | 拒否リスト | ポリシー
""")

# There is no room for it, or no end to its way.
NO_ROOM = _any(r"""
\b(?:is|are|box|was|account) (?:currently |almost |too )?full\b | mailbox[- ]?full | mailfolder full | over ?-?quota
quota\b.{0,40}(?:exceed|full|reach|limit|violat) | exhausted | too many messages on the | quotaexceed | exceeded storage
exceed\w{0,12}.{0,40}(?:quota|storage|mailbox|size|space|allowed) | out of (?:storage|disk|space)
(?:insufficient|not enough|no|low on).{0,20}(?:storage|disk|space) | disk (?:is )?full
(?:storage|mailbox size|mailbox) (?:limit|quota) | (?:message|mail)\b.{0,20}\bsize | too (?:large|big)
too much mail | hop count | too many (?:hops|received) | \bloop(?:s|ing|ed)?\b
postfach.{0,20}voll | speicher(?:platz|kontingent|grenze) | kontingent | zu ?viele (?:e-?)?mails
boîte.{0,30}(?:pleine|saturée) | quota dépassé | buzón.{0,20}llen | cuota | casella.{0,20}piena | caixa.{0,20}cheia
已满 | 已滿 | 空间不足 | 容量 | 配额 | 満杯 | いっぱい
""")

# Nobody has this address, or nobody any more.
NOBODY = _any(r"""
unknown (?:local )?(?:part|user|recipient|mailbox|address|account) | unknown or (?:illegal|invalid)
(?:user|recipient|mailbox|address|account|addressee)(?: name)? (?:is )?(?:unknown|not known) | userunknown
no such (?:local )?(?:user|recipient|mailbox|address|account|person|name|addressee|e-?mail) | nosuchuser
\b(?:user|recipient|mailbox|address|account|addressee)\b[^.;:]{0,60}?\b(?:do(?:es)? ?n(?:o|')t|not) exist
\b(?:user|recipient|mailbox|address|account|addressee)\b[^.;:]{0,60}?\bno longer exists?
\b(?:user|recipient|mailbox|address|account|addressee)\b[^.;:]{0,60}?(?:\bnot found|n't found|not recogni[sz]ed)
\b(?:user|recipient|mailbox|address|account|addressee)\b[^.;:]{0,60}?\bcould(?: not|n't) be found
\b(?:user|recipient|mailbox|address|account|addressee)\b[^.;:]{0,60}?\bno encontrad
user doesn't have an? .{0,40}account | no mailbox (?:here )?by that name | not our customer | no user like
(?:invalid|non-?existent)[ -](?:recipient|user|mailbox|address|account|e-?mail address) | unrouteable address
not listed in (?:domino|public|the) | recip(?:ient)?notfound | bad destination mailbox | \bnull ?mx\b
(?:user|mailbox|account|address)\b(?!.{0,30}temporar).{0,30}(?:disabled|deactivated|discontinued|terminated|deleted)
(?:user|mailbox|account|address)\b.{0,30}closed | (?:deactivated|disabled|closed) (?:user|mailbox|account|address)
(?:user|mailbox|account|address)\b.{0,20}no longer (?:active|available|valid|in use|used|accept)
no longer (?:an employee|on (?:this |the )?server) | (?:user|recipient|mailbox|address|account)s? (?:is |are )?invalid
bad (?:destination |recipient )?(?:e-?mail )?address(?!.{0,20}syntax) | address_not_found | invalid or unknown
no mail ?box (?:here|available) | no one with that | no such mail drop | unknown e-?mail | illegal user
not an? (?:known|valid|active) (?:user|mailbox|recipient|address) | unable to find (?:alias|user|recipient)
not found in (?:the )?(?:ldap|directory) | no user by that name | handle mail for that user
(?:user|mailbox|recipient) (?:is )?not (?:hosted|present|here) | user does(?: not|n't) have an account
adressat unbekannt | benutzer.{0,30}unbekannt | empf(?:ä|ae)nger.{0,30}unbekannt | unbekannter (?:benutzer|empf)
(?:adresse|postfach|konto).{0,40}(?:existiert nicht|nicht gefunden|nicht vorhanden|unbekannt)
utilisateur inconnu | destinataire inconnu | adresse.{0,40}(?:inconnue|introuvable) | n'existe pas
destin\w*\.? (?:sconosciuto|errato) | indirizzo inesistente | usuario (?:desconocido|inexistente)
destinatario (?:desconocido|sconosciuto|inesistente) | buzón.{0,20}no existe
(?:dirección|cuenta|usuario).{0,40}no (?:existe|se (?:ha )?encontr) | utente sconosciuto | casella inesistente
non esiste | usuário (?:desconhecido|inexistente) | não existe | bestaat niet | gebruiker onbekend | nie istnieje
nie ma takiego | не существует | нет такого | не найден
不存在 | 无此用户 | 無此用戶 | 查无此人 | 存在しません | 見つかりません | 宛先不明
""")

# What may be over by the next issue.
FOR_NOW = _any(r"""
tim(?:ed?|ing)[ -]?out | expired | retry time | too long | unreachable | could not connect | temporar | busy
connect(?:ion)? (?:to \S* ?)?(?:refused|reset|lost|dropped|failed|closed) | try(?:ing)? again | not responding
unavailable | resources | (?:host|domain)(?: or domain)?(?: name)? not found | no route | name service | dns
lookup fail | inactive | suspended | locked | server error | local (?:problem|error) | mailer error | delivery error
(?:could|can) ?(?:not|n't) be (?:delivered|reached|verified) | try later | load is too high | too much load
could(?: not|n't) find any host | can(?:not|'t) connect | larger than the | cannot append | no such domain
domain\S* couldn't be found | no (?:mx|mail exchanger|mail hosts?)
""")

# Microsoft says so of an address that is in no directory, and of a tenant that is set up wrong.
NOT_IN_DIRECTORY = _any("recipient address rejected: access denied")


# What a notice of a mail server is known by

MACHINES = _any(r"""
\bmailer-?_?daemon | \bmail[-._]?daemon | \bmdaemon | \bmail(?:er)?[-._]?system | \bpostmaster | \bmail[-._ ]?deliver
\bmail administrator | \bsystem ?administrator | \bbounces?[-+@] | \bdelivery[-._ ]?(?:system|subsystem|service|agent)
""")
NOT_DELIVERED = _any(r"""
undeliver | un-delivered | nondeliver | non-delivery | not (?:be |been )?deliver
fail(?:ed|ure)?.{0,25}(?:deliver|notice)
deliver[yi].{0,25}(?:fail|problem|error|status|notif|incomplete|delay|report|unsuccess)
returned (?:mail|to sender) | mail (?:system )?(?:error|failure) | could not (?:be )?(?:sent?|deliver)
(?:message|mail) (?:rejected|delayed|status) | bounced? mail | ^rejected: | automatically rejected
unzustellbar | nicht zu(?:ge)?stell | zustellung | non (?:remis|distribu|délivr) | échec de (?:la )?remise
no (?:se )?(?:ha )?(?:podido |pudo )?entreg | devuelto | mancat[oa] (?:recapito|consegna) | onbestelbaar
niet[- ]bestel | недостав | не доставлен
退信 | 无法投递 | 無法投遞 | 投递失败 | 送信エラー | 送信できま | 配信エラー | 配信不能 | 配信でき
""")
STILL_TRYING = _any(r"""
(?:has|have) (?:not been delivered yet|been delayed) | not yet been delivered | delivery.{0,20}delayed
delayed mail | warning message only | warning: could not send | still (?:being tried|trying|in the queue)
will (?:be|keep|continue).{0,40}(?:retr(?:ied|y)|trying|try again|tried) | attempts will continue
do not need to resend | no action is required | noch nicht zugestellt | wird (?:weiter|erneut) versucht | verzögert
retardé | nouvelles tentatives | se seguirá intentando | 延迟 | 稍后重试 | 遅延 | 再送
""")
GIVEN_UP = _any(r"""
giv(?:en|ing) up | gave up | permanent(?:ly)? (?:error|fail|fatal) | has been returned | will not be retried
could not be delivered | no further attempts | was not delivered | (?:too long|expired) in (?:the )?queue
retry (?:time|timeout) (?:was |not )?(?:exceeded|expired)
""")
ANSWERED = _any(r"^\s*(?:re|fwd?|aw|wg|tr|rv|sv|antw|回复|转发|返信)\s*[:：]")


# What an answer of a machine is known by, beside other signs

AWAY = _any(r"""
\bout of (?:the )?office | \bauto(?:matic|mated)?[- ]?(?:reply|response|answer|respon)
\bon (?:vacation|leave|holiday) | \baway (?:from|until|on) | \babsen(?:t|ce|cia|za)\b
abwesen | automatische? (?:antwort|reactie) | nicht im (?:büro|haus) | urlaub
réponse automatique | absent du bureau | en congés? | respuesta autom | fuera de (?:la )?oficina | ausente
risposta automatica | fuori (?:sede|ufficio) | resposta autom | afwezig | autosvar | frånvaro | automaattinen
odpowiedź automat | автоответ | 自动(?:回复|答复) | 自動(?:回覆|応答|返信) | 不在通知 | 不在のお知らせ | 不在です
休假 | 外出 | 부재 | 자동
""")
