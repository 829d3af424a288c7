/** CodeMirror with Hearth's colours. Loaded only when an editor is shown. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import { SQLite, type SQLNamespace, sql } from '@codemirror/lang-sql';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Language } from './language';

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  language: Language;
  label: string;
  readOnly: boolean;
  /** An older text: what differs from it is shown in place. */
  before?: string | undefined;
  /** Tables and their columns, offered while SQL is written. */
  tables?: SQLNamespace | undefined;
  onchange: (text: string) => void;
}

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg-well)', color: 'var(--tx-1)', fontSize: '12.5px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '19px',
    letterSpacing: '-.01em',
    scrollbarWidth: 'thin',
  },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ember)' },
  '.cm-gutters': { backgroundColor: 'var(--bg-well)', color: 'var(--tx-3)', border: '0', fontSize: '11.5px' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in oklch, var(--tx-1) 5%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ember)', borderLeftWidth: '2px' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--bg-sel) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--bg-2)', color: 'var(--tx-1)' },
  '.cm-tooltip': { backgroundColor: 'var(--bg-2)', border: '1px solid var(--line-2)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '200px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', color: 'var(--tx-2)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--bg-sel)',
    color: 'var(--tx-1)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--ember-tx)' },
  '.cm-completionIcon, .cm-completionDetail': { color: 'var(--tx-3)' },
  '.cm-wrong': {
    textDecoration: 'underline wavy var(--bad-tx)',
    textUnderlineOffset: '3px',
    textDecorationThickness: '1.5px',
  },
  // The signs say it too, not only the colours.
  '& .cm-deletedChunk': { backgroundColor: 'var(--bad-bg)', paddingLeft: '0' },
  '& .cm-deletedLine, & .cm-deletedChunk .cm-deletedText': { background: 'none', textDecoration: 'none' },
  '& .cm-deletedChunk .cm-deletedLine::before': { content: '"− "', color: 'var(--bad-tx)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--good-bg)' },
  '&.cm-merge-b .cm-changedLine::before': { content: '"+ "', color: 'var(--good-tx)' },
  '&.cm-merge-b .cm-changedText': { background: 'none', fontWeight: '600' },
  '.cm-collapsedLines': { background: 'var(--bg-3)', color: 'var(--tx-2)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--bg-4) !important' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--k-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--k-str)' },
  { tag: tags.number, color: 'var(--k-num)' },
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword], color: 'var(--k-kw)' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.definition(tags.function(tags.variableName)),
    ],
    color: 'var(--k-fn)',
  },
  { tag: tags.comment, color: 'var(--k-com)' },
]);

function grammar(language: Language, tables: SQLNamespace = {}): Extension {
  switch (language) {
    case 'json':
      return json();
    case 'javascript':
      return javascript({ typescript: true });
    case 'python':
      return python();
    case 'sql':
      return sql({ dialect: SQLite, schema: tables });
    case 'text':
      return [];
  }
}

const setMark = StateEffect.define<{ from: number; to: number } | null>();
const WRONG = Decoration.mark({
  class: 'cm-wrong',
  attributes: { title: 'Here the question cannot be read' },
});

/** The stretch that is underlined as wrong; any change of the text takes the line away. */
const marked = StateField.define({
  create: () => Decoration.none,
  update(now, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      return effect.value === null
        ? Decoration.none
        : Decoration.set([WRONG.range(effect.value.from, effect.value.to)]);
    }
    return transaction.docChanged ? Decoration.none : now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export interface RunningEditor {
  /** Replaces the text, keeping the place when it is the same. */
  set(text: string): void;
  /** Puts text in the place of what is selected, and the cursor behind it. */
  insert(text: string): void;
  /** Underlines a stretch as wrong until the text changes; null takes the line away. */
  mark(range: { from: number; to: number } | null): void;
  /** Offers these tables from now on. */
  offer(tables: SQLNamespace): void;
  focus(): void;
  destroy(): void;
}

/** The word under which this page lets styles be written; the host puts a new one into each page. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';

export function startEditor(options: EditorOptions): RunningEditor {
  const words = new Compartment();
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        // Ctrl Enter runs the function and Escape then Tab leaves the editor, so neither is taken here.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          // The chord that runs it belongs to the page; the list of names goes with it.
          { key: 'Mod-Enter', run: (view) => (closeCompletion(view), false) },
          indentWithTab,
        ]),
        words.of(grammar(options.language, options.tables)),
        marked,
        syntaxHighlighting(colours),
        look,
        ...(options.before === undefined
          ? []
          : [
              unifiedMergeView({
                original: options.before,
                mergeControls: false,
                collapseUnchanged: { margin: 3, minSize: 8 },
              }),
            ]),
        EditorState.readOnly.of(options.readOnly),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    set(text) {
      if (view.state.doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
      view.focus();
    },
    mark(range) {
      const { length } = view.state.doc;
      const inside = range !== null && range.from < range.to && range.to <= length ? range : null;
      view.dispatch({ effects: setMark.of(inside) });
    },
    offer: (tables) => view.dispatch({ effects: words.reconfigure(grammar(options.language, tables)) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
