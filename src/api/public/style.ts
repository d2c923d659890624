/** The one style sheet of the public pages, inside them; no font, picture or script from anywhere. */
export const STYLE = `:root{color-scheme:light}
*{box-sizing:border-box;margin:0}
body{font:16px/1.6 -apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;background:#f3f5f4;color:#1c2b25;-webkit-text-size-adjust:100%}
header{background:#1d5c45;color:#fff;padding:14px 16px;border-bottom:3px solid #c9a94b}
header div,main,footer{max-width:640px;margin:0 auto}
header div{display:flex;justify-content:space-between;align-items:center}
header strong{font-size:15px;letter-spacing:.06em}
header a{color:#dcebe4;font-size:13px;padding:8px 0 8px 16px}
main{padding:16px 16px 8px}
section{background:#fff;border:1px solid #dfe6e2;border-radius:10px;padding:16px;margin-bottom:12px}
h1{font-size:26px;line-height:1.3;font-weight:650;overflow-wrap:anywhere}
section>p:not([class]){margin-top:12px}
h2{font-size:15px;font-weight:650;color:#1d5c45;margin-bottom:12px}
.code{color:#5b6b64;font-size:13px;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.verdict{margin-top:12px;padding:10px 12px;border-radius:8px;font-weight:600;background:#e7f3ec;color:#14603f}
.verdict small,.alert small{display:block;font-weight:400;font-size:13px}
.alert{background:#fdecea;color:#8f1d14;border-left:4px solid #c0271b;border-radius:6px;padding:10px 12px;margin-top:10px;font-weight:600;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:3.5em 1fr;gap:8px 12px;margin-top:14px;padding-top:14px;border-top:1px solid #e8edea}
.en dl{grid-template-columns:5em 1fr}
dt{color:#5b6b64;font-size:14px}
dd{overflow-wrap:anywhere}
ol,ul{list-style:none;padding:0}
.path li{position:relative;padding:0 0 20px 24px;border-left:2px solid #cfe0d7;margin-left:6px}
.path li:last-child{border-color:transparent;padding-bottom:0}
.path li::before{content:"";position:absolute;left:-8px;top:5px;width:10px;height:10px;border-radius:50%;background:#fff;border:3px solid #2f8a66}
.path li.bad::before{border-color:#c0271b}
.path b{font-weight:650;margin-right:8px}
.path time{color:#5b6b64;font-size:13px;white-space:nowrap;font-variant-numeric:tabular-nums}
.path p{font-size:15px;overflow-wrap:anywhere}
.dim{color:#5b6b64;font-size:14px}
.papers li{padding:10px 0;border-top:1px solid #e8edea;display:flex;justify-content:space-between;gap:12px;align-items:flex-start}
.papers li:first-child{border-top:0;padding-top:0}
.papers li:last-child{padding-bottom:0}
.papers div{min-width:0;overflow-wrap:anywhere}
.tag{flex:none;font-size:13px;font-weight:600;padding:2px 8px;border-radius:20px;background:#e7f3ec;color:#14603f;max-width:9em;text-align:center}
.tag.bad{background:#c0271b;color:#fff}
.tag.plain{background:#eceff0;color:#4c5a60}
.tag{vertical-align:1px}
h2 small{font-weight:400;font-size:13px;color:#5b6b64;margin-left:4px;white-space:nowrap}
.note{margin-top:12px;font-size:13px}
.advice{margin-top:10px;padding:10px 12px;border-radius:8px;background:#f3f5f4}
.advice h2{font-size:14px;margin-bottom:2px;color:#1c2b25}
.advice p{font-size:15px}
.advice.warn{background:#fff6e5}
.choices{margin-top:12px}
.choices a{display:block;padding:12px;margin-top:8px;border:1px solid #cfe0d7;border-radius:8px;color:#1c2b25;text-decoration:none;overflow-wrap:anywhere}
.choices b{margin-right:8px}
.choices span:not(.tag){display:block;color:#5b6b64;font-size:14px}
a:focus-visible{outline:3px solid #c9a94b;outline-offset:2px}
.labels{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:8px;margin-top:12px}
.labels li{display:flex;gap:8px;align-items:center;background:#fff;border:1px dashed #aebbb4;padding:8px;min-width:0;break-inside:avoid}
.labels img{flex:none}
.labels div{min-width:0;font-size:12px;line-height:1.4;overflow-wrap:anywhere}
.labels b{font-size:17px;line-height:1.2}
.number{font-size:11px;font-variant-numeric:tabular-nums}
footer{padding:4px 20px 32px;color:#5b6b64;font-size:13px}
footer p{margin-bottom:6px}
footer a{color:#1d5c45}
@page{margin:10mm}
@media print{body{background:#fff}.noprint,header a{display:none}header{background:#fff;color:#000;border-bottom:1px solid #000;padding:0 0 6px}section,.path li{break-inside:avoid}
body:has(.labels) header,body:has(.labels) footer{display:none}body:has(.labels) main{max-width:none;padding:0}
.labels{grid-template-columns:repeat(3,1fr);grid-auto-rows:34mm;gap:0;margin:0}.labels li{border:1px dashed #ccc;padding:2mm;overflow:hidden}.labels img{width:28mm;height:28mm}.labels div{font-size:8.5pt}.labels b{font-size:12pt}.number{font-size:7pt}}`
