/*
 * Puts what the connector knows of records into the pages of the shop's admin: the state in lists and on an order's
 * page, the buttons that ask the connector for something, the tab with accounts on a product's page.
 *
 * A page states what it is in a script element of type application/json with the id xero-connector-page; everything
 * is put in as text, never as HTML. Works with the pages of OpenCart 3 and 4.
 */
(function () {
  'use strict';

  var source = document.getElementById('xero-connector-page');
  if (!source) {
    return;
  }
  var page = JSON.parse(source.textContent);
  source.parentNode.removeChild(source);

  function make(tag, className, text) {
    var element = document.createElement(tag);
    element.className = className || '';
    if (text !== undefined) {
      element.textContent = text;
    }
    return element;
  }

  function badge(state) {
    var box = make('span', 'xero-state-box');
    if (!state) {
      box.appendChild(make('span', 'xero-state', page.texts.unknown));
      return box;
    }
    var label = make('span', 'xero-state xero-state-' + state.state, state.label);
    label.title = state.reason;
    box.appendChild(label);
    if (/^https?:\/\//i.test(state.url)) {
      var link = make('a', 'xero-link', state.number || page.texts.open);
      link.href = state.url;
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
      box.appendChild(link);
    } else if (state.number) {
      box.appendChild(make('span', 'xero-link', state.number));
    }
    return box;
  }

  function show(place, sentences, isProblem) {
    place.textContent = '';
    var box = make('div', 'alert ' + (isProblem ? 'alert-danger' : 'alert-success'));
    box.setAttribute('role', 'status');
    sentences.forEach(function (sentence) {
      box.appendChild(make('div', '', sentence));
    });
    place.appendChild(box);
  }

  function ask(wish, ids, reason, place) {
    var form = new FormData();
    form.append('ask', wish);
    form.append('kind', page.kind);
    form.append('reason', reason);
    ids.forEach(function (id) {
      form.append('ids[]', id);
    });
    show(place, [page.texts.asking], false);
    fetch(page.url, {method: 'POST', body: form, credentials: 'same-origin'})
      .then(function (response) {
        return response.json();
      })
      .then(function (said) {
        if (said.error) {
          show(place, [said.error], true);
          return;
        }
        show(place, said.done.map(function (one) {
          return one.id + ': ' + one.did;
        }), false);
      })
      .catch(function () {
        show(place, [page.texts.failed], true);
      });
  }

  function toolbar(chosen) {
    var bar = make('div', 'xero-toolbar');
    var place = make('div', 'xero-answer');
    Object.keys(page.asks).forEach(function (wish) {
      var button = make('button', 'btn btn-default btn-secondary btn-sm', page.asks[wish]);
      button.type = 'button';
      button.addEventListener('click', function () {
        var ids = chosen();
        if (!ids.length) {
          show(place, [page.texts.choose], true);
          return;
        }
        var reason = wish === 'sync' ? '' : window.prompt(page.texts.reason, '');
        if (reason !== null) {
          ask(wish, ids, reason, place);
        }
      });
      bar.appendChild(button);
    });
    bar.appendChild(place);
    return bar;
  }

  function boxes() {
    return Array.prototype.slice.call(document.querySelectorAll('input[name="selected[]"]'));
  }

  function beforeLast(row, cell) {
    row.insertBefore(cell, row.lastElementChild);
  }

  function list() {
    var table = (boxes()[0] || document.querySelector('#content form table tbody') || document.body).closest('table');
    if (!table) {
      return;
    }
    var heading = table.querySelector('thead tr');
    beforeLast(heading, make(heading.lastElementChild.tagName, 'text-left text-start', page.texts.column));
    boxes().forEach(function (box) {
      var cell = make('td', 'text-left text-start');
      cell.appendChild(badge(page.states[box.value]));
      beforeLast(box.closest('tr'), cell);
    });
    var around = table.closest('.table-responsive') || table;
    around.parentNode.insertBefore(toolbar(function () {
      return boxes().filter(function (box) {
        return box.checked;
      }).map(function (box) {
        return box.value;
      });
    }), around);
  }

  function one() {
    var content = document.querySelector('#content > .container-fluid');
    if (!content) {
      return;
    }
    var state = page.states[page.id];
    var box = make('div', 'xero-panel');
    box.appendChild(make('strong', 'xero-title', page.texts.column));
    box.appendChild(badge(state));
    if (state && state.reason) {
      box.appendChild(make('span', 'xero-reason', state.reason));
    }
    box.appendChild(toolbar(function () {
      return [page.id];
    }));
    content.insertBefore(box, content.firstChild);
  }

  function field(name, label, value) {
    var row = make('div', 'form-group row mb-3');
    var title = make('label', 'col-sm-2 control-label col-form-label', label);
    var column = make('div', 'col-sm-10');
    var input = make('input', 'form-control');
    input.type = 'text';
    input.name = 'xero_connector[' + name + ']';
    input.id = title.htmlFor = 'input-xero-' + name.replace('_', '-');
    input.value = value;
    input.maxLength = 10;
    input.disabled = page.locked;
    column.appendChild(input);
    column.appendChild(make('div', 'help-block form-text', page.texts.account));
    row.appendChild(title);
    row.appendChild(column);
    return row;
  }

  function form() {
    var tabs = document.querySelector('#form-product ul.nav-tabs');
    if (!tabs) {
      return;
    }
    var isNew = tabs.querySelector('.nav-link') !== null;
    var item = make('li', isNew ? 'nav-item' : '');
    var link = make('a', isNew ? 'nav-link' : '', page.texts.column);
    link.href = '#tab-xero-connector';
    link.setAttribute(isNew ? 'data-bs-toggle' : 'data-toggle', 'tab');
    item.appendChild(link);
    tabs.appendChild(item);
    var pane = make('div', 'tab-pane');
    pane.id = 'tab-xero-connector';
    pane.appendChild(field('sales_account', page.texts.sales, page.accounts.sales_account));
    pane.appendChild(field('purchase_account', page.texts.purchase, page.accounts.purchase_account));
    tabs.parentNode.querySelector('.tab-content').appendChild(pane);
  }

  if (page.warning) {
    var top = document.querySelector('#content > .container-fluid');
    var notice = make('div', '');
    top.insertBefore(notice, top.firstChild);
    show(notice, [page.warning], true);
  }
  ({list: list, one: one, form: form})[page.page]();
})();
