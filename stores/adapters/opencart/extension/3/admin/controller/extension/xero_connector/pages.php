<?php

require_once DIR_SYSTEM . 'library/xero_connector/autoload.php';

/**
 * Adds to pages of the admin what the connector knows: each method is called by an event of a view, with its data and,
 * after it was drawn, its HTML. What is drawn is drawn in the browser (admin.js); here it is only said.
 */
class ControllerExtensionXeroConnectorPages extends Controller
{
    private const ROUTE = 'extension/module/xero_connector';
    private const HARMLESS = JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_QUOT | JSON_HEX_APOS | JSON_INVALID_UTF8_SUBSTITUTE;

    public function menu(&$route, &$data, &$code)
    {
        if ($this->config->get('module_xero_connector_version') !== \XeroConnector\Version::EXTENSION) {
            $this->connector()->quietly(function () {
                $this->load->controller(self::ROUTE . '/upgrade');
            });
        }
        if (!$this->user->hasPermission('access', self::ROUTE)) {
            return;
        }
        $this->connector()->quietly(function () use (&$data) {
            $number = $this->connector()->states()->countNeedingAttention();
            $name = $number > 0 ? sprintf($this->text('text_menu_attention'), $number) : $this->text('text_menu');
            $data['menus'][] = [
                'id' => 'menu-xero-connector',
                'icon' => 'fa-exchange',
                'name' => $name,
                'href' => $this->link(self::ROUTE),
                'children' => [],
            ];
        });
    }

    public function orders(&$route, &$data, &$output)
    {
        $this->list($output, 'order', array_column($data['orders'], 'order_id'), ['sync', 'leave_out', 'take_in']);
    }

    public function products(&$route, &$data, &$output)
    {
        $this->list($output, 'product', array_column($data['products'], 'product_id'), ['sync']);
    }

    public function customers(&$route, &$data, &$output)
    {
        $this->list($output, 'customer', array_column($data['customers'], 'customer_id'), ['sync']);
    }

    public function order(&$route, &$data, &$output)
    {
        $id = (int) $data['order_id'];
        $this->add($output, function () use ($id) {
            return ['page' => 'one', 'id' => $id] + $this->facts('order', [$id], ['sync', 'leave_out', 'take_in']);
        });
    }

    public function product(&$route, &$data, &$output)
    {
        $id = isset($this->request->get['product_id']) ? (int) $this->request->get['product_id'] : 0;
        $this->add($output, function () use ($id) {
            $page = ['page' => 'form', 'accounts' => $this->connector()->accounts()->of($id)];
            $page['locked'] = !$this->user->hasPermission('modify', self::ROUTE);
            return $page + $this->facts('product', [$id], []);
        });
    }

    private function list(&$output, $kind, array $ids, array $asks)
    {
        $this->add($output, function () use ($kind, $ids, $asks) {
            $page = ['page' => 'list'] + $this->facts($kind, array_map('intval', $ids), $asks);
            if (isset($this->session->data['xero_connector_warning'])) {
                $page['warning'] = $this->session->data['xero_connector_warning'];
                unset($this->session->data['xero_connector_warning']);
            }
            return $page;
        });
    }

    /** @return array<string, mixed> where records stand, and what may be asked for them */
    private function facts($kind, array $ids, array $asks)
    {
        $states = $this->connector()->states()->of($kind, $ids);
        foreach ($states as $id => $state) {
            $states[$id]['label'] = $this->text('text_state_' . $state['state']);
        }
        $buttons = [];
        foreach ($this->user->hasPermission('modify', self::ROUTE) ? $asks : [] as $ask) {
            $buttons[$ask] = $this->text('button_' . $ask);
        }
        return [
            'kind' => $kind,
            'states' => (object) $states,
            'asks' => (object) $buttons,
            'url' => $this->link(self::ROUTE . '/ask'),
            'texts' => [
                'column' => $this->text('column_xero'),
                'unknown' => $this->text('text_state_unknown'),
                'open' => $this->text('help_open'),
                'reason' => $this->text('help_reason'),
                'choose' => $this->text('help_choose'),
                'asking' => $this->text('help_asking'),
                'failed' => $this->text('error_failed'),
                'sales' => $this->text('entry_sales_account'),
                'purchase' => $this->text('entry_purchase_account'),
                'account' => $this->text('help_account'),
            ],
        ];
    }

    /**
     * Puts what the page is into it, where no text of it can end the element that holds it. A page of the shop is
     * never worse for it: where $tell fails, it stays as it was.
     */
    private function add(&$output, callable $tell)
    {
        if (!$this->user->hasPermission('access', self::ROUTE)) {
            return;
        }
        $this->connector()->quietly(function () use (&$output, $tell) {
            $this->write($output, $tell());
        });
    }

    private function write(&$output, array $page)
    {
        $json = json_encode($page, self::HARMLESS);
        $added = '<script type="application/json" id="xero-connector-page">' . $json . '</script>'
            . '<link href="view/javascript/xero_connector/admin.css" rel="stylesheet">'
            . '<script src="view/javascript/xero_connector/admin.js"></script>';
        $end = strripos($output, '</body>');
        $output = $end === false ? $output . $added : substr_replace($output, $added, $end, 0);
    }

    private function text($key)
    {
        $this->load->language(self::ROUTE, 'xero_connector');
        $texts = $this->language->get('xero_connector');
        // OpenCart 3.0.0 knows no texts apart: there they are among all others.
        return is_object($texts) ? $texts->get($key) : $this->language->get($key);
    }

    private function link($route)
    {
        $token = 'user_token=' . $this->session->data['user_token'];
        return html_entity_decode($this->url->link($route, $token, true));
    }

    private function connector()
    {
        return \XeroConnector\OpenCart3::connector($this->registry);
    }
}
