<?php
declare(strict_types=1);

namespace Opencart\Admin\Controller\Extension\XeroConnector\Event;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Markup;
use Opencart\System\Library\Extension\XeroConnector\Shop;
use Opencart\System\Library\Extension\XeroConnector\Triggers;
use XeroConnector\Books\ProductAccounts;
use XeroConnector\Connector;
use XeroConnector\Version;

/** Extends the shop's own admin pages. Each method is called by an event of a template, as Triggers names them. */
class Page extends \Opencart\System\Engine\Controller
{
    private const TEXTS = 'extension/xero_connector/wish';

    /** @param mixed $code */
    public function menu(string &$route, array &$data, &$code): void
    {
        if ($this->config->get('module_xero_connector_version') !== Version::EXTENSION) {
            $this->quietly(function (): void {
                $this->load->controller(Triggers::route('module/xero_connector', 'upgrade', VERSION));
            });
        }
        if (!$this->user->hasPermission('access', 'extension/xero_connector/attention')) {
            return;
        }
        $this->quietly(function () use (&$data): void {
            $count = $this->connector()->states()->countNeedingAttention();
            $badge = ' <span class="badge bg-danger">' . $count . '</span>';
            $data['menus'][] = [
                'id' => 'menu-xero-connector',
                'icon' => 'fa-solid fa-book',
                'name' => $this->text('text_menu') . ($count ? $badge : ''),
                'href' => $this->link('extension/xero_connector/attention'),
                'children' => [],
            ];
        });
    }

    /** @param mixed $output */
    public function orders(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => Markup::intoHead($html, $this->buttons('order')));
    }

    /** @param mixed $output */
    public function products(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => Markup::intoHead($html, $this->buttons('product')));
    }

    /** @param mixed $output */
    public function customers(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => Markup::intoHead($html, $this->buttons('customer')));
    }

    /** @param mixed $output */
    public function orderRows(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => $this->column($html, 'order'));
    }

    /** @param mixed $output */
    public function productRows(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => $this->column($html, 'product'));
    }

    /** @param mixed $output */
    public function customerRows(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => $this->column($html, 'customer'));
    }

    /** @param mixed $output */
    public function order(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => $this->record($html, 'order', (int)($data['order_id'] ?? 0)));
    }

    /** @param mixed $output */
    public function customer(string &$route, array &$data, &$output): void
    {
        $this->extend($output, fn (string $html) => $this->record($html, 'customer', (int)($data['customer_id'] ?? 0)));
    }

    /** The product's form gets a tab; what is typed there comes with the shop's own form. @param mixed $output */
    public function product(string &$route, array &$data, &$output): void
    {
        $this->extend($output, function (string $html) use ($data): string {
            $id = (int)($data['product_id'] ?? 0);
            $pane = ($id ? $this->card('product', $id) : '') . $this->load->view('extension/xero_connector/product', [
                'texts' => $this->texts(),
                'account' => $this->connector()->accounts()->of($id),
            ]);
            $html = Markup::tab($html, 'tab-report', 'tab-xero-connector', 'Xero', $pane);

            return $id ? Markup::intoHead($html, $this->buttons('product', $id)) : $html;
        });
    }

    /** The shop has saved the product; an account that cannot be one is refused in words. @param mixed $output */
    public function productSaved(string &$route, array &$args, &$output): void
    {
        $typed = $this->request->post['xero_connector'] ?? [];
        $json = json_decode((string)$this->response->getOutput(), true);
        foreach (['sales_account', 'purchase_account'] as $name) {
            $code = is_array($typed) && is_string($typed[$name] ?? '') ? trim($typed[$name] ?? '') : '';
            if (isset($json['success']) && !ProductAccounts::isCode($code)) {
                // What is posted was escaped by the shop, and its page prints the sentence as HTML.
                $json['error']['warning'] = sprintf($this->text('error_account'), $this->text('entry_' . $name), $code);
                unset($json['success']);
                $this->response->setOutput(json_encode($json));
            }
        }
    }

    private function record(string $html, string $kind, int $id): string
    {
        if (!$id) {
            return $html;
        }

        return Markup::aboveCard(Markup::intoHead($html, $this->buttons($kind, $id)), $this->card($kind, $id));
    }

    /** Where one record stands in Xero. */
    private function card(string $kind, int $id): string
    {
        return $this->shown($this->connector()->states()->of($kind, [$id])[$id] ?? null, true);
    }

    /** @param array<string, string|null>|null $state */
    private function shown(?array $state, bool $inCard): string
    {
        return $this->load->view('extension/xero_connector/state', [
            'texts' => $this->texts(),
            'state' => $state,
            'said' => Shop::moment((string)($state['said'] ?? '')),
            'card' => $inCard,
        ]);
    }

    private function column(string $html, string $kind): string
    {
        $cells = [];
        foreach ($this->connector()->states()->of($kind, Markup::ids($html)) as $id => $state) {
            $cells[$id] = $this->shown($state, false);
        }

        return Markup::column($html, 'Xero', $cells);
    }

    /** The buttons for the records ticked in a list, or for the one that a page shows. */
    private function buttons(string $kind, int $id = 0): string
    {
        if (!$this->user->hasPermission('modify', 'extension/xero_connector/wish')) {
            return '';
        }

        return $this->load->view('extension/xero_connector/buttons', [
            'texts' => $this->texts(),
            'kind' => $kind,
            'id' => $id,
            'wish' => $this->link('extension/xero_connector/wish'),
        ]);
    }

    /** @param mixed $output */
    private function extend(&$output, callable $how): void
    {
        if (!is_string($output) || !$this->user->hasPermission('access', 'extension/xero_connector/wish')) {
            return;
        }
        $this->quietly(function () use (&$output, $how): void {
            $output = $how($output);
        });
    }

    /** What fails here is logged, and the shop's page stays as it was. */
    private function quietly(callable $do): void
    {
        try {
            $do();
        } catch (\Throwable $error) {
            $this->log->write('Xero connector: ' . $error->getMessage());
        }
    }

    private function connector(): Connector
    {
        return Shop::connector($this->registry);
    }

    /** English where the shop's language has no file of ours. */
    private function texts(): array
    {
        $this->load->language(self::TEXTS, 'xero_connector', 'en-gb');
        $this->load->language(self::TEXTS, 'xero_connector');

        return $this->language->all('xero_connector');
    }

    private function text(string $key): string
    {
        return $this->texts()[$key] ?? $key;
    }

    private function link(string $route): string
    {
        return $this->url->link($route, 'user_token=' . $this->session->data['user_token'], true);
    }
}
