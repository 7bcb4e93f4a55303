"""Writes cases.json: conversations as transformers 5.18 writes them by templates, and their ids by golden/models/llama-tiny's tokenizer.

python generate.py (transformers, and the folder golden/ of the repository)
"""
import json
from pathlib import Path

from transformers import PreTrainedTokenizerFast

here = Path(__file__).parent
golden = here.parents[3] / "golden/models/llama-tiny/tokenizer.json"

TEMPLATES = {
    # ChatML
    "chatml": """{% for message in messages %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' }}
{% endif %}""",
    # the form of Llama 2: a system turn inside the first question
    "inst": """{%- if messages[0]['role'] == 'system' -%}
    {%- set system = '<<SYS>>\\n' + messages[0]['content'] | trim + '\\n<</SYS>>\\n\\n' -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set system = '' -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{- raise_exception('turns of user and assistant take turns') -}}
    {%- endif -%}
    {%- if message['role'] == 'user' -%}
        {{- bos_token + '[INST] ' + (system if loop.first else '') + message['content'] | trim + ' [/INST]' -}}
    {%- else -%}
        {{- ' ' + message['content'] | trim + ' ' + eos_token -}}
    {%- endif -%}
{%- endfor -%}""",
    # the form of Llama 3, with tools
    "headers": """{{- bos_token }}
{%- set ns = namespace(seen=0) %}
{%- if tools is defined and tools is not none %}
    {{- '<|start_header_id|>system<|end_header_id|>\\n\\nTools:\\n' }}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) }}
        {{- '\\n' }}
    {%- endfor %}
    {{- '<|eot_id|>' }}
{%- endif %}
{%- for message in messages %}
    {%- set ns.seen = ns.seen + 1 %}
    {%- if message.tool_calls is defined %}
        {%- for call in message.tool_calls %}
            {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + (call.function | tojson) + '<|eot_id|>' }}
        {%- endfor %}
    {%- else %}
        {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
{%- if verbose is defined and verbose %}{{ '[' ~ ns.seen ~ ' turns]' }}{% endif %}""",
}

plain = [
    {"role": "user", "content": "Where is the cat?  "},
    {"role": "assistant", "content": "On the mat."},
    {"role": "user", "content": "And the dog, “Ørsted”?"},
]
system = [{"role": "system", "content": " Be brief. "}, *plain]
called = [
    plain[0],
    {"role": "assistant", "tool_calls": [{"function": {"name": "look", "arguments": {"at": "mat", "times": 2}}}]},
    {"role": "tool", "content": "a cat"},
]
tool = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks somewhere.",
        "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    },
}

cases = []


def case(template, messages, tools=None, **variables):
    prompt = variables.pop("prompt", False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(golden), bos_token="<s>", eos_token="</s>", unk_token="<unk>", chat_template=TEMPLATES[template]
    )
    settings = dict(add_generation_prompt=prompt, tools=tools, **variables)
    text = tokenizer.apply_chat_template(messages, tokenize=False, **settings)
    ids = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False, **settings)
    cases.append(
        dict(
            template=template,
            messages=messages,
            addGenerationPrompt=prompt,
            tools=tools,
            variables=variables,
            text=text,
            ids=ids,
        )
    )


for name in TEMPLATES:
    case(name, plain[:1], prompt=True)
    case(name, system)
    case(name, system, prompt=True)
case("headers", called, tools=[tool], prompt=True)
case("headers", plain, verbose=True)

out = dict(templates=TEMPLATES, cases=cases)
(here / "cases.json").write_text(json.dumps(out, indent=2, ensure_ascii=False) + "\n")
print(len(cases), [len(one["ids"]) for one in cases])
