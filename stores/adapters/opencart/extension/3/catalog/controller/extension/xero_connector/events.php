<?php

require_once DIR_SYSTEM . 'library/xero_connector/autoload.php';

/**
 * What the catalog's models call when something changes. Each takes the parameters of OpenCart's events, so that none
 * can be called as a page.
 */
class ControllerExtensionXeroConnectorEvents extends Controller
{
    /** After addOrderHistory and editOrder. */
    public function orderChanged(&$route, &$args, &$output)
    {
        $this->outbox()->changed('order', (int) $args[0]);
    }

    /** Before deleteOrder: what stands of the order is still there. */
    public function deletingOrder(&$route, &$args)
    {
        $this->outbox()->deletingOrder((int) $args[0]);
    }

    /** After deleteOrder. */
    public function deletedOrder(&$route, &$args, &$output)
    {
        $this->outbox()->deletedOrder((int) $args[0]);
    }

    /** After addReturn. */
    public function returnAdded(&$route, &$args, &$output)
    {
        $this->outbox()->returnChanged((int) $output);
    }

    /** After addCustomer. */
    public function customerAdded(&$route, &$args, &$output)
    {
        $this->outbox()->changed('customer', (int) $output);
    }

    /** After editCustomer and addAddress, which name the customer. */
    public function customerChanged(&$route, &$args, &$output)
    {
        $this->outbox()->changed('customer', (int) $args[0]);
    }

    /** After editAddress and deleteAddress, which mean the one who is logged in. */
    public function addressChanged(&$route, &$args, &$output)
    {
        $this->outbox()->changed('customer', (int) $this->customer->getId());
    }

    private function outbox()
    {
        return \XeroConnector\OpenCart3::connector($this->registry)->outbox();
    }
}
