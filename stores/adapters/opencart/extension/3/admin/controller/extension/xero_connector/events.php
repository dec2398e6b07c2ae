<?php

require_once DIR_SYSTEM . 'library/xero_connector/autoload.php';

/** What the admin's models call when something changes. */
class ControllerExtensionXeroConnectorEvents extends Controller
{
    private const ROUTE = 'extension/module/xero_connector';

    /** After createInvoiceNo, which leaves the order's date as it was. */
    public function orderChanged(&$route, &$args, &$output)
    {
        $this->outbox()->changed('order', (int) $args[0]);
    }

    /** After addCustomer. */
    public function customerAdded(&$route, &$args, &$output)
    {
        $this->outbox()->changed('customer', (int) $output);
    }

    /** After editCustomer. */
    public function customerChanged(&$route, &$args, &$output)
    {
        $this->outbox()->changed('customer', (int) $args[0]);
    }

    /** After deleteCustomer. */
    public function customerDeleted(&$route, &$args, &$output)
    {
        $this->outbox()->deleted('customer', (int) $args[0]);
    }

    /** After addProduct. */
    public function productAdded(&$route, &$args, &$output)
    {
        $this->keepAccounts((int) $output, $args[0]);
        $this->outbox()->changed('product', (int) $output);
    }

    /** After editProduct. */
    public function productChanged(&$route, &$args, &$output)
    {
        $this->keepAccounts((int) $args[0], $args[1]);
        $this->outbox()->changed('product', (int) $args[0]);
    }

    /** After deleteProduct. */
    public function productDeleted(&$route, &$args, &$output)
    {
        $id = (int) $args[0];
        $this->connector()->quietly(function () use ($id) {
            $this->connector()->accounts()->drop($id);
        });
        $this->outbox()->deleted('product', (int) $args[0]);
    }

    /** After addReturn. */
    public function returnAdded(&$route, &$args, &$output)
    {
        $this->outbox()->returnChanged((int) $output);
    }

    /** After editReturn and addReturnHistory. */
    public function returnChanged(&$route, &$args, &$output)
    {
        $this->outbox()->returnChanged((int) $args[0]);
    }

    /** Before deleteReturn. */
    public function deletingReturn(&$route, &$args)
    {
        $this->outbox()->deletingReturn((int) $args[0]);
    }

    /** Keeps what the tab "Xero" of a product's page says; without the tab, what was kept stays. */
    private function keepAccounts($productId, $data)
    {
        $mayChange = $this->user->hasPermission('modify', self::ROUTE);
        if (!isset($data['xero_connector']) || !$mayChange) {
            return;
        }
        $said = array_filter((array) $data['xero_connector'], 'is_string');
        $sales = trim($said['sales_account'] ?? '');
        $purchase = trim($said['purchase_account'] ?? '');
        $accounts = $this->connector()->accounts();
        if ($accounts->isCode($sales) && $accounts->isCode($purchase)) {
            $this->connector()->quietly(static function () use ($accounts, $productId, $sales, $purchase) {
                $accounts->keep($productId, $sales, $purchase);
            });
        } else {
            $this->load->language(self::ROUTE, 'xero_connector');
            $texts = $this->language->get('xero_connector');
            $texts = is_object($texts) ? $texts : $this->language;
            $this->session->data['xero_connector_warning'] = $texts->get('error_account');
        }
    }

    private function outbox()
    {
        return $this->connector()->outbox();
    }

    private function connector()
    {
        return \XeroConnector\OpenCart3::connector($this->registry);
    }
}
