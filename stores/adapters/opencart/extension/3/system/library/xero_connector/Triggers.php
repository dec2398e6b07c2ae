<?php
declare(strict_types=1);

namespace XeroConnector;

/** What the extension listens to in OpenCart 3. */
final class Triggers
{
    /** @return array<string, string> the method that is called, by the event that calls it */
    public static function all(): array
    {
        $order = 'catalog/model/checkout/order/';
        $customer = 'catalog/model/account/';
        $all = [
            $order . 'addOrderHistory/after' => 'events/orderChanged',
            $order . 'editOrder/after' => 'events/orderChanged',
            $order . 'deleteOrder/before' => 'events/deletingOrder',
            $order . 'deleteOrder/after' => 'events/deletedOrder',
            $customer . 'return/addReturn/after' => 'events/returnAdded',
            $customer . 'customer/addCustomer/after' => 'events/customerAdded',
            $customer . 'customer/editCustomer/after' => 'events/customerChanged',
            $customer . 'address/addAddress/after' => 'events/customerChanged',
            $customer . 'address/editAddress/after' => 'events/addressChanged',
            $customer . 'address/deleteAddress/after' => 'events/addressChanged',
            'admin/model/sale/order/createInvoiceNo/after' => 'events/orderChanged',
            'admin/model/customer/customer/addCustomer/after' => 'events/customerAdded',
            'admin/model/customer/customer/editCustomer/after' => 'events/customerChanged',
            'admin/model/customer/customer/deleteCustomer/after' => 'events/customerDeleted',
            'admin/model/catalog/product/addProduct/after' => 'events/productAdded',
            'admin/model/catalog/product/editProduct/after' => 'events/productChanged',
            'admin/model/catalog/product/deleteProduct/after' => 'events/productDeleted',
            'admin/model/sale/return/addReturn/after' => 'events/returnAdded',
            'admin/model/sale/return/editReturn/after' => 'events/returnChanged',
            'admin/model/sale/return/addReturnHistory/after' => 'events/returnChanged',
            'admin/model/sale/return/deleteReturn/before' => 'events/deletingReturn',
            'admin/view/common/column_left/before' => 'pages/menu',
            'admin/view/sale/order_list/after' => 'pages/orders',
            'admin/view/sale/order_info/after' => 'pages/order',
            'admin/view/catalog/product_list/after' => 'pages/products',
            'admin/view/catalog/product_form/after' => 'pages/product',
            'admin/view/customer/customer_list/after' => 'pages/customers',
        ];

        return preg_filter('/^/', 'extension/xero_connector/', $all);
    }
}
